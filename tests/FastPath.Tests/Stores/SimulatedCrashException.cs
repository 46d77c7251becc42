namespace FastPath.Tests.Stores;

/// <summary>Ends what runs when the simulated process ends; nothing but the test may catch it.</summary>
internal sealed class SimulatedCrashException : Exception;
