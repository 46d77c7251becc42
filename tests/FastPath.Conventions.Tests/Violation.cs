namespace FastPath.Conventions.Tests;

/// <summary>A place that breaks a rule.</summary>
/// <param name="Where">Path, and <c>::Name</c> where a member is meant; no line, so that an entry survives edits.</param>
/// <param name="What">What is wrong, for the reader of a failed test.</param>
internal readonly record struct Violation(string Where, string What);
