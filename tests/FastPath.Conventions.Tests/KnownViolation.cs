namespace FastPath.Conventions.Tests;

/// <summary>A violation that is tolerated until it is cured.</summary>
/// <param name="Rule">Name of the rule's type.</param>
/// <param name="Where">As in <see cref="Violation.Where"/>.</param>
internal sealed record KnownViolation(string Rule, string Where);
