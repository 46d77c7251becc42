namespace FastPath.Cli.Bench.Chains;

/// <summary>One stream through a chain of nodes.</summary>
/// <param name="FirstByteMicroseconds">From the opening frame's turn at the origin to the first byte in the reader's hands.</param>
/// <param name="CallToFirstByteMicroseconds">The same from the application's call that opens the stream.</param>
/// <param name="Seconds">From that call to the last byte read.</param>
internal readonly record struct ChainTransfer(double FirstByteMicroseconds, double CallToFirstByteMicroseconds, double Seconds);
