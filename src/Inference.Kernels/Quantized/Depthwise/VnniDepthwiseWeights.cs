using Inference.Kernels.Emit;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Results;

namespace Inference.Kernels.Quantized.Depthwise;

/// <summary>
/// Depthwise weights less their zero points as s8, channels cut into parts of 64, 32 and 16 (the last of which may overlap the one before it), in
/// the order defined by <see cref="DepthwiseTile"/>.
/// </summary>
internal sealed unsafe class VnniDepthwiseWeights : IDisposable
{
    private readonly NativeBuffer _data;

    private VnniDepthwiseWeights(Part[] parts, int groups, int places)
    {
        Parts = parts;
        Groups = groups;
        Places = places;
        _data = new NativeBuffer((nint)groups * places * 4);
    }

    /// <summary>Channels of one tile.</summary>
    /// <param name="First">First channel.</param>
    /// <param name="VectorLength">0 for 16 channels, 1 for 32, 2 for 64.</param>
    /// <param name="Place">Channels of the parts before it.</param>
    public readonly record struct Part(int First, int VectorLength, int Place)
    {
        public int Width => 16 << VectorLength;
    }

    public Part[] Parts { get; }

    /// <summary>Groups of four taps.</summary>
    public int Groups { get; }

    /// <summary>Channels of all parts.</summary>
    public int Places { get; }

    public sbyte* Data(in Part part) => (sbyte*)_data.Pointer + ((nint)part.Place * Groups * 4);

    /// <summary>Packs w[channels][taps]; null where there are no tiles, too few channels, or a weight that is not an s8.</summary>
    public static VnniDepthwiseWeights? TryCreate(short* w, int channels, int taps)
    {
        if (!VnniDepthwise.IsSupported || channels < 16)
        {
            return null;
        }

        for (int i = 0; i < channels * taps; i++)
        {
            if (w[i] != (sbyte)w[i])
            {
                return null;
            }
        }

        var parts = new List<Part>();
        int places = 0;
        for (int c = 0; c < channels;)
        {
            int length = channels - c >= 64 ? 2 : channels - c >= 32 ? 1 : 0;
            var part = new Part(Math.Min(c, channels - (16 << length)), length, places);
            parts.Add(part);
            places += part.Width;
            c = part.First + part.Width;
        }

        var made = new VnniDepthwiseWeights([.. parts], (taps + 3) / 4, places);
        foreach (Part part in parts)
        {
            sbyte* to = made.Data(in part);
            for (int c = 0; c < part.Width; c++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    to[(tap / 4 * part.Width * 4) + (4 * VnniDepthwise.Place(c, part.Width)) + (tap % 4)] = (sbyte)w[((part.First + c) * taps) + tap];
                }
            }
        }

        return made;
    }

    /// <summary>Puts values of channels into the order of sums.</summary>
    public void Order<T>(ReadOnlySpan<T> channels, Span<T> to)
        where T : unmanaged
    {
        foreach (ref readonly Part part in Parts.AsSpan())
        {
            for (int c = 0; c < part.Width; c++)
            {
                to[part.Place + VnniDepthwise.Place(c, part.Width)] = channels[part.First + c];
            }
        }
    }

    /// <summary>Sums and their bytes for a run of pixels.</summary>
    /// <param name="tile">Rows, step, count and sums; the rest is filled in.</param>
    /// <param name="signed">Whether pixels are s8.</param>
    /// <param name="init">[Places], ordered.</param>
    /// <param name="scale">[Places], ordered.</param>
    /// <param name="requantization">Makes the bytes.</param>
    /// <param name="y">Channel 0 of the first pixel.</param>
    /// <param name="channels">Bytes from pixel to pixel.</param>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    public void Run(ref DepthwiseTile tile, bool signed, int* init, float* scale, in PackedRequantization requantization, byte* y, nint channels)
    {
        int count = (int)tile.Count;
        int* sums = tile.Sums;
        fixed (DepthwiseTile* pinned = &tile)
        {
            pinned->Groups = Groups;
            foreach (ref readonly Part part in Parts.AsSpan())
            {
                pinned->Weights = Data(in part);
                pinned->Init = init + part.Place;
                pinned->PitchBytes = part.Width * sizeof(int);
                pinned->Offset = part.First;
                VnniDepthwise.Run(pinned, part.VectorLength, signed);
                requantization.Store(sums, scale + part.Place, part.VectorLength, y + part.First, channels, count);
            }
        }
    }

    public void Dispose() => _data.Dispose();
}
