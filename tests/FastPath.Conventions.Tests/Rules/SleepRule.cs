using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>A test waits for what it wants to see: no Thread.Sleep, no delay of 100 ms or more.</summary>
internal static class SleepRule
{
    private const double DelayMaxMs = 100;

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        if (file.Area != "tests")
        {
            yield break;
        }

        foreach (InvocationExpressionSyntax call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            string method = Unqualified(call.Expression);
            bool isSleep = method == "Thread.Sleep"
                || (method == "Task.Delay" && call.ArgumentList.Arguments is [var delay, ..]
                    && Milliseconds(delay.Expression) >= DelayMaxMs);
            if (isSleep)
            {
                yield return new(file.Path, $"{call} on line {SourceFile.LineOf(call)}: wait for the event instead");
            }
        }
    }

    /// <summary>Type and method, without the namespace before them.</summary>
    private static string Unqualified(ExpressionSyntax expression) =>
        string.Join('.', expression.ToString().Split('.').TakeLast(2));

    private static double Milliseconds(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax { Token.Value: int milliseconds } => milliseconds,
        LiteralExpressionSyntax { Token.Value: double value } => value,
        InvocationExpressionSyntax { ArgumentList.Arguments: [var only] } call => Milliseconds(only.Expression)
            * Unqualified(call.Expression) switch
            {
                "TimeSpan.FromMilliseconds" => 1,
                "TimeSpan.FromSeconds" => 1_000,
                "TimeSpan.FromMinutes" => 60_000,
                _ => 0,
            },
        _ => 0,
    };
}
