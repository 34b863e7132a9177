using Inference.Kernels.Threading;

namespace Inference.Kernels.Convolution.Volumes;

/// <summary>What places of an output with channels last start from: the bias, or zeros.</summary>
internal static unsafe class BiasRows
{
    private const int PlaceWork = 8;

    /// <summary>Fills places.</summary>
    /// <param name="y">[places, channels].</param>
    /// <param name="places">Places, 0 or more.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="bias">[channels], or null.</param>
    public static void Fill(float* y, nint places, int channels, float* bias)
    {
        var work = default(WorkCounter);
        for (nint i = 0; i < places; i++, y += channels)
        {
            work.Add(PlaceWork + channels);
            var target = new Span<float>(y, channels);
            if (bias == null)
            {
                target.Clear();
            }
            else
            {
                new ReadOnlySpan<float>(bias, channels).CopyTo(target);
            }
        }
    }
}
