namespace Inference.Kernels.Threading;

/// <summary>
/// Whether a kernel checks within its loops if the run is stopped, as a type: the form for rows of usual length has no call, which would spill its vectors from registers.
/// </summary>
internal interface IWatch
{
    /// <summary>Called at each step of a loop that begins at 0 and whose step divides <see cref="LongLoop.Part"/>.</summary>
    /// <param name="index">Where the loop is.</param>
    static abstract void At(nint index);
}
