using System.Runtime.InteropServices;

namespace Inference.Kernels.Emit;

/// <summary>
/// Arguments of an emitted depthwise tile over W = 64, 32 or 16 channels: for pixel i, with bytes flipped by <see cref="Flips"/>,
/// <c>Sums[i] = Init + Σ_tap Rows[tap][Offset + i·Step + c] · Weights[tap, c]</c>. Vectors of sums (and of weights and init) hold, lane of 16
/// channels by lane, four channels each: vector j has channels 16·lane + 4·j … + 3. Code reads the fields by their offsets; each is eight bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DepthwiseTile
{
    /// <summary>For each tap, four to a group: channel 0 of what the first pixel reads.</summary>
    public byte** Rows;

    /// <summary>Bytes from what a pixel reads to what the next one reads.</summary>
    public nint Step;

    /// <summary>Pixels, 1 or more.</summary>
    public nint Count;

    /// <summary>Groups of four taps, 1 or more.</summary>
    public nint Groups;

    /// <summary>[Groups][4][W/4][4] s8.</summary>
    public sbyte* Weights;

    /// <summary>[4][W/4].</summary>
    public int* Init;

    /// <summary>[4][W/4] for each pixel.</summary>
    public int* Sums;

    /// <summary>Bytes between the sums of pixels.</summary>
    public nint PitchBytes;

    /// <summary>First channel.</summary>
    public nint Offset;

    /// <summary>Four bytes that image bytes are xored with, by the code for signed images.</summary>
    public nint Flips;
}
