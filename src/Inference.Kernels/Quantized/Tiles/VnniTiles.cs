using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Emit;

namespace Inference.Kernels.Quantized.Tiles;

/// <summary>
/// u8 × s8 → s32 tiles that use AVX512_VNNI, for which .NET has no intrinsics. They are assembled on first use, checked
/// against the scalar tile, and given up silently (the managed kernels then serve, with the same integers) if the CPU, the
/// instruction-set switches of the runtime, the system's memory policy or the AppContext switch
/// <c>Inference.Kernels.DisableEmittedKernels</c> say no.
/// </summary>
internal static unsafe class VnniTiles
{
    /// <summary>Rows of wide tiles, which take all vectors of a panel.</summary>
    public const int WideRows = TileLimits.S32Rows;

    /// <summary>Rows of tall tiles, which take two vectors of a panel (or its only one): half of it stays in the first-level cache.</summary>
    public const int TallRows = TileLimits.S32TallRows;

    public const int MaxVectors = TileLimits.Vectors;

    // Byte offsets of the fields of GemmS32Tile.
    private const int Rows = 0;
    private const int RowPitch = 8;
    private const int Taps = 16;
    private const int Depth = 24;
    private const int Panel = 32;
    private const int C = 40;
    private const int Ldc = 48;
    private const int Init = 56;
    private const int InitStride = 64;
    private const int RowsNow = 72;
    private const int TapsNow = 80;
    private const int UnrolledEnd = 88;

    private const Gpr Tile = Gpr.Rdi;
    private const Gpr RowTable = Gpr.Rsi;
    private const Gpr TapsLeft = Gpr.Rcx;
    private const Gpr B = Gpr.Rdx;
    private const Gpr K = Gpr.Rax;
    private const Gpr End = Gpr.R12;

    private static readonly Gpr[] s_rows =
        [Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.Rbx, Gpr.Rbp, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15, Gpr.Rsi, Gpr.Rcx];

    /// <summary>Where the code for a number of rows and of a panel's vectors is: wide tiles to 6 rows; from 7 rows on tall ones, where there are any.</summary>
    public static int Index(int rows, int vectors) => ((vectors - 1) * TallRows) + rows - 1;

    /// <summary>Vectors that a tall tile takes of a panel of this many; 0 if there is none.</summary>
    public static int TallVectors(int vectors) => vectors switch { 1 => 1, 2 or 4 => 2, _ => 0 };

    /// <summary>Code addresses by <see cref="Index"/>, 0 where there is no tile; or null.</summary>
    public static nint[]? TryCreate()
    {
        if (!IsUsable())
        {
            return null;
        }

        var assembler = new Assembler();
        var entries = new nint[TallRows * MaxVectors];
        for (int vectors = 1; vectors <= MaxVectors; vectors++)
        {
            for (int rows = 1; rows <= (TallVectors(vectors) > 0 ? TallRows : WideRows); rows++)
            {
                assembler.AlignTo(64);
                entries[Index(rows, vectors)] = assembler.Position;
                if (rows <= WideRows)
                {
                    EmitWide(assembler, rows, vectors);
                }
                else
                {
                    EmitTall(assembler, rows, TallVectors(vectors), vectors);
                }
            }
        }

        byte* page = ExecutablePage.TryMap(assembler.Code);
        if (page == null)
        {
            return null;
        }

        for (int i = 0; i < entries.Length; i++)
        {
            // The first tile is at 0; the others without code are those of rows that no tile has.
            entries[i] = entries[i] == 0 && i > 0 ? 0 : entries[i] + (nint)page;
        }

        return VnniSelfTest.Passes(entries) ? entries : null;
    }

    /// <summary>Whether the CPU has the instruction and code generation is not disabled.</summary>
    internal static bool IsUsable() => CodeGeneration.IsAllowed() && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    private static void EmitWide(Assembler s, int rows, int vectors)
    {
        // zmm31 downwards: accumulators; zmm0…: the panel's vectors; the next two: broadcasts, alternating.
        int unroll = rows <= 2 ? 4 : 2;
        CallFrame.Enter(s, all: false);
        s.Load(TapsLeft, Tile, Init);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.LoadZmm(Accumulator(i, j, vectors), TapsLeft, 64 * j);
            }

            s.Add(TapsLeft, Tile, InitStride);
        }

        s.Load(B, Tile, Panel);
        s.Load(RowTable, Tile, Rows);
        s.Load(TapsLeft, Tile, Taps);
        s.Load(End, Tile, Depth);
        s.Subtract(End, 4 * (unroll - 1));
        int tap = s.Position;
        for (int i = 0; i < rows; i++)
        {
            s.Load(s_rows[i], RowTable, 8 * i);
        }

        s.Clear(K);
        s.Compare(K, End);
        int skip = s.JumpIfNotLess();
        s.AlignTo(32);
        int loop = s.Position;
        Steps(s, rows, vectors, vectors, unroll);
        s.Compare(K, End);
        s.Patch(s.JumpIfLess(), loop);
        s.Patch(skip, s.Position);
        s.Compare(K, Tile, Depth);
        int done = s.JumpIfNotLess();
        int rest = s.Position;
        Steps(s, rows, vectors, vectors, 1);
        s.Compare(K, Tile, Depth);
        s.Patch(s.JumpIfLess(), rest);
        s.Patch(done, s.Position);
        s.Add(RowTable, Tile, RowPitch);
        s.Subtract(TapsLeft, 1);
        s.Patch(s.JumpIfGreater(), tap);

        s.Load(TapsLeft, Tile, C);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.StoreZmm(Accumulator(i, j, vectors), TapsLeft, 64 * j);
            }

            s.Add(TapsLeft, Tile, Ldc);
        }

        CallFrame.Leave(s, all: false);
    }

    // All but three registers point at rows, so what wide tiles keep in registers is kept in the argument.
    private static void EmitTall(Assembler s, int rows, int vectors, int panelVectors)
    {
        const int Unroll = 2;
        CallFrame.Enter(s, all: true);
        s.Load(K, Tile, Init);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.LoadZmm(Accumulator(i, j, vectors), K, 64 * j);
            }

            s.Add(K, Tile, InitStride);
        }

        s.Load(B, Tile, Panel);
        s.Load(K, Tile, Rows);
        s.Store(K, Tile, RowsNow);
        s.Load(K, Tile, Taps);
        s.Store(K, Tile, TapsNow);
        s.Load(K, Tile, Depth);
        s.Subtract(K, 4 * (Unroll - 1));
        s.Store(K, Tile, UnrolledEnd);
        int tap = s.Position;
        s.Load(K, Tile, RowsNow);
        for (int i = 0; i < rows; i++)
        {
            s.Load(s_rows[i], K, 8 * i);
        }

        s.Clear(K);
        s.Compare(K, Tile, UnrolledEnd);
        int skip = s.JumpIfNotLess();
        s.AlignTo(32);
        int loop = s.Position;
        Steps(s, rows, vectors, panelVectors, Unroll);
        s.Compare(K, Tile, UnrolledEnd);
        s.Patch(s.JumpIfLess(), loop);
        s.Patch(skip, s.Position);
        s.Compare(K, Tile, Depth);
        int done = s.JumpIfNotLess();
        int rest = s.Position;
        Steps(s, rows, vectors, panelVectors, 1);
        s.Compare(K, Tile, Depth);
        s.Patch(s.JumpIfLess(), rest);
        s.Patch(done, s.Position);
        s.Load(K, Tile, RowsNow);
        s.Add(K, Tile, RowPitch);
        s.Store(K, Tile, RowsNow);
        s.Load(K, Tile, TapsNow);
        s.Subtract(K, 1);
        s.Store(K, Tile, TapsNow);
        s.Patch(s.JumpIfGreater(), tap);

        s.Load(K, Tile, C);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.StoreZmm(Accumulator(i, j, vectors), K, 64 * j);
            }

            s.Add(K, Tile, Ldc);
        }

        CallFrame.Leave(s, all: true);
    }

    private static int Accumulator(int row, int vector, int vectors) => 31 - (row * vectors) - vector;

    private static void Steps(Assembler s, int rows, int vectors, int panelVectors, int unroll)
    {
        for (int u = 0; u < unroll; u++)
        {
            for (int j = 0; j < vectors; j++)
            {
                s.LoadZmm(j, B, (u * panelVectors * 64) + (64 * j));
            }

            for (int i = 0; i < rows; i++)
            {
                int a = vectors + (i & 1);
                s.BroadcastD(a, s_rows[i], K, 4 * u);
                for (int j = 0; j < vectors; j++)
                {
                    s.VpDpBusd(Accumulator(i, j, vectors), a, j);
                }
            }
        }

        s.Add(K, 4 * unroll);
        s.Add(B, 64 * panelVectors * unroll);
    }
}
