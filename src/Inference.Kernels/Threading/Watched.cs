using System.Runtime.CompilerServices;

namespace Inference.Kernels.Threading;

/// <summary>Asks the run after each <see cref="LongLoop.Part"/> elements.</summary>
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
