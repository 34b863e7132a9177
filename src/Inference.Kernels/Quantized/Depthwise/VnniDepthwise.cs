using Inference.Kernels.Emit;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Tiles;

namespace Inference.Kernels.Quantized.Depthwise;

/// <summary>
/// Depthwise tiles that use AVX512_VNNI: bytes of four taps are interleaved, so that one vpdpbusd does four taps of a channel. Assembled on
/// first use and disabled under the same conditions as <see cref="VnniTiles"/>.
/// </summary>
internal static unsafe class VnniDepthwise
{
    // Byte offsets of the fields of DepthwiseTile.
    private const int Rows = 0;
    private const int Step = 8;
    private const int Count = 16;
    private const int Groups = 24;
    private const int Weights = 32;
    private const int Init = 40;
    private const int Sums = 48;
    private const int Pitch = 56;
    private const int Offset = 64;
    private const int Flips = 72;

    // Numbers of registers.
    private const int Accumulator = 20;
    private const int Flip = 30;

    private static readonly nint[]? s_entries = TryCreate();

    /// <summary>Whether there are tiles.</summary>
    public static bool IsSupported => s_entries is not null;

    /// <summary>Runs the tile for 16 &lt;&lt; <paramref name="vectorLength"/> channels.</summary>
    public static void Run(DepthwiseTile* tile, int vectorLength, bool signed) =>
        ((delegate* unmanaged[SuppressGCTransition]<DepthwiseTile*, void>)s_entries![(2 * vectorLength) + (signed ? 1 : 0)])(tile);

    /// <summary>The place of channel <paramref name="channel"/> of a tile in its vectors.</summary>
    public static int Place(int channel, int width) => (channel % 16 / 4 * (width / 4)) + (channel / 16 * 4) + (channel % 4);

    internal static bool Describe(List<KernelRow> to) => KernelRow.Add(
        to, "depthwise_u8s8", "depthwise_u8s8_1x64_avx512vnni", IsaTier.Avx512Vnni, IsSupported, s_entries is null ? 0 : s_entries[0], chosen: false);

    private static nint[]? TryCreate()
    {
        if (!VnniTiles.IsUsable() || !System.Runtime.Intrinsics.X86.Avx512BW.VL.IsSupported)
        {
            return null;
        }

        var assembler = new Assembler();
        var entries = new nint[6];
        for (int i = 0; i < entries.Length; i++)
        {
            assembler.AlignTo(64);
            entries[i] = assembler.Position;
            Emit(assembler, i / 2, (i & 1) != 0);
        }

        byte* page = ExecutablePage.TryMap(assembler.Code);
        if (page == null)
        {
            return null;
        }

        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] += (nint)page;
        }

        return Passes(entries) ? entries : null;
    }

    private static void Emit(Assembler s, int vectorLength, bool signed)
    {
        int bytes = 16 << vectorLength;
        s.VectorLength = vectorLength;
        CallFrame.Enter(s, all: false);
        s.Load(Gpr.Rax, Gpr.Rdi, Offset);
        s.Load(Gpr.Rcx, Gpr.Rdi, Count);
        s.Load(Gpr.Rbx, Gpr.Rdi, Sums);
        if (signed)
        {
            s.BroadcastD(Flip, Gpr.Rdi, Flips);
        }

        int pixel = s.Position;
        s.Load(Gpr.Rdx, Gpr.Rdi, Init);
        for (int j = 0; j < 4; j++)
        {
            s.LoadZmm(Accumulator + j, Gpr.Rdx, bytes * j);
        }

        s.Load(Gpr.Rsi, Gpr.Rdi, Rows);
        s.Load(Gpr.Rdx, Gpr.Rdi, Weights);
        s.Load(Gpr.Rbp, Gpr.Rdi, Groups);
        s.AlignTo(32);
        int group = s.Position;
        EmitGroup(s, bytes, signed);
        s.Add(Gpr.Rsi, 32);
        s.Add(Gpr.Rdx, 4 * bytes);
        s.Subtract(Gpr.Rbp, 1);
        s.Patch(s.JumpIfGreater(), group);
        for (int j = 0; j < 4; j++)
        {
            s.StoreZmm(Accumulator + j, Gpr.Rbx, bytes * j);
        }

        s.Add(Gpr.Rbx, Gpr.Rdi, Pitch);
        s.Add(Gpr.Rax, Gpr.Rdi, Step);
        s.Subtract(Gpr.Rcx, 1);
        s.Patch(s.JumpIfGreater(), pixel);
        CallFrame.Leave(s, all: false);
    }

    // Registers 0–3: a tap each; 4–7: bytes of two taps; 8–11: bytes of four.
    private static void EmitGroup(Assembler s, int bytes, bool signed)
    {
        for (int t = 0; t < 4; t++)
        {
            Gpr row = Gpr.R8 + t;
            s.Load(row, Gpr.Rsi, 8 * t);
            s.LoadZmm(t, row, Gpr.Rax);
            if (signed)
            {
                s.Xor(t, t, Flip);
            }
        }

        for (int half = 0; half < 2; half++)
        {
            s.Unpack(4 + (2 * half), 0, 1, half == 1, words: false);
            s.Unpack(5 + (2 * half), 2, 3, half == 1, words: false);
            for (int j = 0; j < 2; j++)
            {
                int four = 8 + (2 * half) + j;
                s.Unpack(four, 4 + (2 * half), 5 + (2 * half), j == 1, words: true);
                s.VpDpBusd(Accumulator + (2 * half) + j, four, Gpr.Rdx, bytes * ((2 * half) + j));
            }
        }
    }

    // All tiles on values that reach every extreme, against the formula.
    private static bool Passes(nint[] entries)
    {
        // Up to three groups of four taps, and three pixels, which lie further apart than the widest tile has channels.
        const int MaxGroups = 3;
        const int Pixels = 3;
        const int Stride = 80;
        using var image = new AlignedScratch<byte>(4 * MaxGroups * Pixels * Stride);
        using var weights = new AlignedScratch<sbyte>(MaxGroups * 256);
        using var init = new AlignedScratch<int>(64);
        using var got = new AlignedScratch<int>(Pixels * 64);
        byte** rows = stackalloc byte*[4 * MaxGroups];
        VnniSelfTest.Fill(image.Span, 1);
        VnniSelfTest.Fill(new Span<byte>(weights.Pointer, MaxGroups * 256), 2);
        for (int i = 0; i < 4 * MaxGroups; i++)
        {
            rows[i] = image.Pointer + (i * Pixels * Stride);
        }

        for (int i = 0; i < 64; i++)
        {
            init.Pointer[i] = (i * 7919) - int.MaxValue;
        }

        DepthwiseTile tile = default;
        tile.Rows = rows;
        tile.Step = Stride;
        tile.Count = Pixels;
        tile.Weights = weights.Pointer;
        tile.Init = init.Pointer;
        tile.Sums = got.Pointer;
        tile.PitchBytes = 64 * sizeof(int);
        tile.Offset = 5;
        tile.Flips = unchecked((int)0x80808080);
        for (int i = 0; i < entries.Length; i++)
        {
            int width = 16 << (i / 2);
            for (int groups = 1; groups <= MaxGroups; groups++)
            {
                tile.Groups = groups;
                ((delegate* unmanaged[SuppressGCTransition]<DepthwiseTile*, void>)entries[i])(&tile);
                for (int n = 0; n < Pixels * width; n++)
                {
                    int pixel = n / width;
                    int channel = n % width;
                    int place = Place(channel, width);
                    int sum = init.Pointer[place];
                    for (int tap = 0; tap < 4 * groups; tap++)
                    {
                        int value = rows[tap][5 + (pixel * Stride) + channel] ^ ((i & 1) != 0 ? 0x80 : 0);
                        sum += value * weights.Pointer[(tap / 4 * width * 4) + (4 * place) + (tap % 4)];
                    }

                    if (got.Pointer[(pixel * 64) + place] != sum)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }
}
