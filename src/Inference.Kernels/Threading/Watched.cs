using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>Checks after each <see cref="LongLoop.Part"/> elements whether the run is stopped.</summary>
internal readonly struct Watched : IWatch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void At(nint index)
    {
        if ((index & (LongLoop.Part - 1)) == 0)
        {
            KernelControl.Poll();
        }
    }
}
