using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Emit;
using static Inference.Kernels.TileCounts;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>
/// Tiles over pairs of bf16 that use AVX512_BF16, for which .NET has no intrinsics; see <see cref="GemmF32Tile"/>, whose elements of A and B are pairs here. They are assembled on first
/// use, checked against the scalar tile, and given up silently (products are computed in f32 then) if the CPU, the instruction-set switches of the runtime, the system's memory policy or the
/// AppContext switch <c>Inference.Kernels.DisableEmittedKernels</c> say no. The instruction takes denormals as zero and rounds to nearest after each of its two products.
/// </summary>
internal static unsafe class Bf16Tiles
{
    public const int MaxRows = TileLimits.F32Rows;

    public const int MaxVectors = TileLimits.Vectors;

    // Sums that the two units need to be busy all the time: small tiles split K over two or four sets of them.
    private const int Registers = 24;

    // Tiles with fewer sums read a panel faster than its successor could be asked for.
    private const int PrefetchingSums = 18;

    // After the tiles: the rounding.
    private const int RoundingEntry = MaxRows * MaxVectors;

    // Byte offsets of the fields of GemmF32Tile.
    private const int Rows = 0;
    private const int RowPitch = 8;
    private const int Taps = 16;
    private const int Depth = 24;
    private const int Panel = 32;
    private const int C = 48;
    private const int Ldc = 56;
    private const int Init = 64;
    private const int InitStride = 72;
    private const int Bias = 80;
    private const int RowBias = 88;
    private const int Ahead = 96;
    private const int AheadStep = 104;
    private const int Clip = 112;
    private const int Min = 116;
    private const int Max = 120;

    private const Gpr Tile = Gpr.Rdi;
    private const Gpr RowTable = Gpr.Rsi;
    private const Gpr TapsLeft = Gpr.Rcx;
    private const Gpr B = Gpr.Rdx;
    private const Gpr K = Gpr.Rax;
    private const Gpr End = Gpr.R12;
    private const Gpr Next = Gpr.R13;
    private const Gpr NextStep = Gpr.R14;
    private const Gpr Pitch = Gpr.R15;

    private static readonly Gpr[] s_rows = [Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.Rbx, Gpr.Rbp];

    private static readonly nint[] s_entries = TryCreate() ?? [];

    /// <summary>Whether the tiles were assembled and give the sums of the scalar one.</summary>
    public static bool IsAvailable => s_entries.Length > 0;

    /// <summary>Tile for (vectors − 1) · 6 + (rows − 1).</summary>
    public static delegate*<GemmF32Tile*, void>[] Table()
    {
        var tiles = new delegate*<GemmF32Tile*, void>[MaxRows * MaxVectors];
        Fill<One>(tiles, 0);
        Fill<Two>(tiles, MaxRows);
        Fill<Three>(tiles, 2 * MaxRows);
        Fill<Four>(tiles, 3 * MaxRows);
        return tiles;
    }

    /// <summary>Rounds to bf16; at most <see cref="Bf16Rounding.MaxBlocks"/> blocks.</summary>
    public static void Round(Bf16Rounding* job) => ((delegate* unmanaged[SuppressGCTransition]<Bf16Rounding*, void>)s_entries[RoundingEntry])(job);

    private static void Fill<V>(delegate*<GemmF32Tile*, void>[] tiles, int at)
        where V : unmanaged
    {
        tiles[at] = &Run<One, V>;
        tiles[at + 1] = &Run<Two, V>;
        tiles[at + 2] = &Run<Three, V>;
        tiles[at + 3] = &Run<Four, V>;
        tiles[at + 4] = &Run<Five, V>;
        tiles[at + 5] = &Run<Six, V>;
    }

    private static void Run<M, V>(GemmF32Tile* tile)
        where M : unmanaged
        where V : unmanaged =>
        ((delegate* unmanaged[SuppressGCTransition]<GemmF32Tile*, void>)s_entries[Index(sizeof(M), sizeof(V))])(tile);

    /// <summary>Where the code for so many rows and vectors is.</summary>
    public static int Index(int rows, int vectors) => ((vectors - 1) * MaxRows) + rows - 1;

    /// <summary>Whether the CPU has the instruction and code generation is not disabled.</summary>
    internal static bool IsUsable() =>
        CodeGeneration.IsAllowed() && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    private static nint[]? TryCreate()
    {
        if (!IsUsable())
        {
            return null;
        }

        var assembler = new Assembler();
        var entries = new nint[RoundingEntry + 1];
        for (int vectors = 1; vectors <= MaxVectors; vectors++)
        {
            for (int rows = 1; rows <= MaxRows; rows++)
            {
                assembler.AlignTo(64);
                entries[Index(rows, vectors)] = assembler.Position;
                Emit(assembler, rows, vectors);
            }
        }

        assembler.AlignTo(64);
        entries[RoundingEntry] = assembler.Position;
        Bf16Rounding.Emit(assembler);
        byte* page = ExecutablePage.TryMap(assembler.Code);
        if (page == null)
        {
            return null;
        }

        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] += (nint)page;
        }

        return Bf16SelfTest.Passes(entries) && Bf16SelfTest.Rounds(entries[RoundingEntry]) ? entries : null;
    }

    private static void Emit(Assembler s, int rows, int vectors)
    {
        int sums = rows * vectors;
        int sets = Registers / sums >= 4 ? 4 : Registers / sums >= 2 ? 2 : 1;
        int unroll = Math.Max(sets, 2);
        CallFrame.Enter(s, all: true);
        Start(s, rows, vectors, sets);
        s.Load(B, Tile, Panel);
        s.Load(Next, Tile, Ahead);
        s.Load(NextStep, Tile, AheadStep);
        s.Load(Pitch, Tile, RowPitch);
        s.ShiftLeft(Pitch, 3);
        s.Load(RowTable, Tile, Rows);
        s.Load(TapsLeft, Tile, Taps);
        s.Load(End, Tile, Depth);
        s.ShiftLeft(End, 2);
        int tap = s.Position;
        for (int i = 0; i < rows; i++)
        {
            s.Load(s_rows[i], RowTable, 8 * i);
        }

        s.Clear(K);
        s.Subtract(End, 4 * (unroll - 1));
        s.Compare(K, End);
        int skip = s.JumpIfNotLess();
        s.AlignTo(32);
        int loop = s.Position;
        Steps(s, rows, vectors, sets, unroll);
        s.Compare(K, End);
        s.Patch(s.JumpIfLess(), loop);
        s.Patch(skip, s.Position);
        s.Add(End, 4 * (unroll - 1));
        s.Compare(K, End);
        int done = s.JumpIfNotLess();
        int rest = s.Position;
        Steps(s, rows, vectors, 1, 1);
        s.Compare(K, End);
        s.Patch(s.JumpIfLess(), rest);
        s.Patch(done, s.Position);
        s.Add(RowTable, Pitch);
        s.Subtract(TapsLeft, 1);
        s.Patch(s.JumpIfGreater(), tap);
        Finish(s, rows, vectors, sets);
        CallFrame.Leave(s, all: true);
    }

    // zmm31 downwards: a set of sums after the other; zmm0…: the panel's vectors; the next two: broadcasts, alternating.
    private static int Sum(int set, int row, int vector, int rows, int vectors) => 31 - (((set * rows) + row) * vectors) - vector;

    private static void Steps(Assembler s, int rows, int vectors, int sets, int unroll)
    {
        for (int u = 0; u < unroll; u++)
        {
            if (rows * vectors >= PrefetchingSums)
            {
                s.Prefetch(Next);
                s.Add(Next, NextStep);
            }

            for (int j = 0; j < vectors && rows > 1; j++)
            {
                s.LoadZmm(j, B, (u * vectors * 64) + (64 * j));
            }

            for (int i = 0; i < rows; i++)
            {
                int a = vectors + (i & 1);
                s.BroadcastD(a, s_rows[i], K, 4 * u);
                for (int j = 0; j < vectors; j++)
                {
                    int sum = Sum(u % sets, i, j, rows, vectors);
                    if (rows > 1)
                    {
                        s.VpDpBf16(sum, a, j);
                    }
                    else
                    {
                        s.VpDpBf16(sum, a, B, (u * vectors * 64) + (64 * j));
                    }
                }
            }
        }

        s.Add(K, 4 * unroll);
        s.Add(B, 64 * vectors * unroll);
    }

    // What is added to the product is what its first set of sums starts from.
    private static void Start(Assembler s, int rows, int vectors, int sets)
    {
        for (int x = 0; x < sets * rows * vectors; x++)
        {
            s.Xor(31 - x, 31 - x, 31 - x);
        }

        s.Load(TapsLeft, Tile, Init);
        s.Test(TapsLeft);
        int noInit = s.JumpIfEqual();
        s.Load(K, Tile, InitStride);
        s.ShiftLeft(K, 2);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.LoadZmm(Sum(0, i, j, rows, vectors), TapsLeft, 64 * j);
            }

            s.Add(TapsLeft, K);
        }

        s.Patch(noInit, s.Position);
        s.Load(TapsLeft, Tile, Bias);
        s.Test(TapsLeft);
        int noBias = s.JumpIfEqual();
        for (int j = 0; j < vectors; j++)
        {
            s.LoadZmm(0, TapsLeft, 64 * j);
            for (int i = 0; i < rows; i++)
            {
                int sum = Sum(0, i, j, rows, vectors);
                s.AddPs(sum, sum, 0);
            }
        }

        s.Patch(noBias, s.Position);
        s.Load(TapsLeft, Tile, RowBias);
        s.Test(TapsLeft);
        int noRowBias = s.JumpIfEqual();
        for (int i = 0; i < rows; i++)
        {
            s.BroadcastD(0, TapsLeft, 4 * i);
            for (int j = 0; j < vectors; j++)
            {
                int sum = Sum(0, i, j, rows, vectors);
                s.AddPs(sum, sum, 0);
            }
        }

        s.Patch(noRowBias, s.Position);
    }

    private static void Finish(Assembler s, int rows, int vectors, int sets)
    {
        int sums = rows * vectors;
        for (int left = sets / 2; left > 0; left /= 2)
        {
            for (int x = 0; x < left * sums; x++)
            {
                s.AddPs(31 - x, 31 - x, 31 - x - (left * sums));
            }
        }

        s.TestByte(Tile, Clip);
        int noClip = s.JumpIfEqual();
        s.BroadcastD(0, Tile, Min);
        s.BroadcastD(1, Tile, Max);
        for (int x = 0; x < sums; x++)
        {
            // A sum that is NaN is the second operand, and stays.
            s.MaxPs(31 - x, 0, 31 - x);
            s.MinPs(31 - x, 1, 31 - x);
        }

        s.Patch(noClip, s.Position);
        s.Load(TapsLeft, Tile, C);
        s.Load(K, Tile, Ldc);
        s.ShiftLeft(K, 2);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.StoreZmm(Sum(0, i, j, rows, vectors), TapsLeft, 64 * j);
            }

            s.Add(TapsLeft, K);
        }
    }
}
