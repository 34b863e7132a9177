namespace Inference.Kernels.Threading;

/// <summary>
/// What may stop the kernels of one run and bounds their scratch memory. The engine puts one in force on the thread that runs a model; the pool carries it to the
/// workers of each job and checks it before each block, so that a kernel divided into blocks needs no code to be stopped.
/// </summary>
internal abstract class KernelControl
{
    // Loops ask it after a millisecond's work, from wherever they are: LongLoop, WorkCounter and AlignedScratch stand in more than a hundred files, some in bodies whose
    // registers are all taken. Whoever puts one in force has it as a parameter.
    [ThreadStatic]
    private static KernelControl? t_current;

    /// <summary>The control of the run that this thread works for; null for none.</summary>
    public static KernelControl? Current => t_current;

    /// <summary>Whether <see cref="ThrowIfStopped"/> may ever throw.</summary>
    public abstract bool CanStop { get; }

    /// <summary>Puts a control in force on this thread until the scope is disposed.</summary>
    public static Scope Enter(KernelControl? control)
    {
        var scope = new Scope(t_current);
        t_current = control;
        return scope;
    }

    /// <summary>Asks the control in force, for serial kernels: call it at least once for each few milliseconds of work.</summary>
    public static void Poll()
    {
        if (t_current is { CanStop: true } control)
        {
            control.ThrowIfStopped();
        }
    }

    /// <summary>Throws where the run was cancelled or its time is up. Thread-safe.</summary>
    public abstract void ThrowIfStopped();

    /// <summary>Counts scratch memory that a kernel is about to take. Thread-safe.</summary>
    /// <param name="bytes">Bytes, 0 or more.</param>
    public abstract void Claim(long bytes);

    /// <summary>Releases what <see cref="Claim"/> counted. Thread-safe.</summary>
    /// <param name="bytes">Bytes, 0 or more.</param>
    public abstract void Release(long bytes);

    /// <summary>Restores the control that was in force before.</summary>
    internal readonly ref struct Scope(KernelControl? before)
    {
        /// <summary>Ends the scope.</summary>
        public void Dispose() => t_current = before;
    }
}
