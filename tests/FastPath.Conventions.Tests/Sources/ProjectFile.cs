using System.Xml.Linq;

namespace FastPath.Conventions.Tests.Sources;

/// <summary>One project or properties file.</summary>
/// <remarks>References and settings as they are written, not as they evaluate.</remarks>
internal sealed class ProjectFile(string path, string text)
{
    private readonly XDocument _document = XDocument.Parse(text);

    /// <summary>Relative to the root, with forward slashes.</summary>
    public string Path { get; } = path;

    public string Area { get; } = path.Split('/')[0];

    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    /// <summary>Names of the projects that it references, in alphabetical order.</summary>
    public IReadOnlyList<string> References =>
    [
        .. Elements("ProjectReference")
            .Select(element => (string?)element.Attribute("Include") ?? "")
            .Select(include => System.IO.Path.GetFileNameWithoutExtension(include.Replace('\\', '/')))
            .Order(StringComparer.Ordinal),
    ];

    public bool AllowsUnsafe =>
        Elements("AllowUnsafeBlocks").Any(element => bool.TryParse(element.Value, out bool isOn) && isOn);

    public IEnumerable<XElement> Elements(string name) =>
        _document.Descendants().Where(element => element.Name.LocalName == name);
}
