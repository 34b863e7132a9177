namespace Inference.Kernels.Threading;

/// <summary>
/// Whether a kernel asks the run within its loops, as a type: the form for rows of usual length has no call, which would take its vectors out of their registers.
/// </summary>
internal interface IWatch
{
    /// <summary>Called at each step of a loop that begins at 0 and whose step divides <see cref="LongLoop.Part"/>.</summary>
    /// <param name="index">Where the loop is.</param>
    static abstract void At(nint index);
}
