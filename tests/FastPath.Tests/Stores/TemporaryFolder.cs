namespace FastPath.Tests.Stores;

/// <summary>A folder of its own, gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fastpath-store-").FullName;

    public string[] Drafts => Directory.GetFiles(Path, "*.partial");

    public string[] Contracts => Directory.GetFiles(Path, "*.contract");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
