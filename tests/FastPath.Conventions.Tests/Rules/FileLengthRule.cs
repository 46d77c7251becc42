using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>A file has at most 400 lines.</summary>
internal static class FileLengthRule
{
    public const int LinesMax = 400;

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        int lines = file.Text.Count(c => c == '\n') + (file.Text.EndsWith('\n') ? 0 : 1);
        if (lines > LinesMax)
        {
            yield return new(file.Path, $"{lines} lines, at most {LinesMax}");
        }
    }
}
