namespace FastPath.Interleavings.Tests.Scheduling;

/// <summary>Decides which thread takes the next step.</summary>
internal interface IChoices
{
    /// <summary>A number below <paramref name="options"/>; 0 lets the running thread go on when it can.</summary>
    /// <param name="isPreemption">Every other number takes the turn from a thread that could go on.</param>
    int Choose(int options, bool isPreemption);
}
