namespace FastPath.Fuzz.Running;

/// <summary>The committed inputs: a folder a target, a file an input.</summary>
internal sealed class Corpus(string folder)
{
    private const string Extension = ".bin";

    /// <summary>The corpus of the repository that the program was built in.</summary>
    public static Corpus Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FastPath.sln")))
            {
                return new Corpus(Path.Combine(folder.FullName, "fuzz", "corpus"));
            }
        }

        throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}: name a folder.");
    }

    /// <summary>Inputs of a target in the order of their names; none when it has no folder.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Read(IFuzzTarget target)
    {
        string own = Path.Combine(folder, target.Name);
        if (!Directory.Exists(own))
        {
            return [];
        }

        return
        [
            .. Directory.EnumerateFiles(own)
                .Order(StringComparer.Ordinal)
                .Select(path => (Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path))),
        ];
    }

    /// <summary>Writes a target's seeds; other files, such as inputs that once failed, stay.</summary>
    public int WriteSeeds(IFuzzTarget target)
    {
        int count = 0;
        foreach ((string name, byte[] bytes) in target.Seeds)
        {
            Write(target, name, bytes);
            count++;
        }

        return count;
    }

    /// <returns>Where the file lies.</returns>
    public string Write(IFuzzTarget target, string name, byte[] bytes)
    {
        string own = Directory.CreateDirectory(Path.Combine(folder, target.Name)).FullName;
        string path = Path.Combine(own, name + Extension);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
