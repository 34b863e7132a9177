using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Operators.Typed;

/// <summary>
/// Loops whose innermost runs are short: several rows are given to the body as one run. An operand that has the rows one after the other stays where it is; a row that is the same for all
/// is repeated in a buffer once, and elements that are each the same for a row are spread out block by block.
/// </summary>
internal static unsafe class ShortRuns
{
    // Up to this length, fewer rows than this are not worth it.
    private const long LongestRow = 64;
    private const long FewestRows = 8;
    private const int MostOperands = 3;

    // Elements of a block, of at most 8 bytes each, on the stack for each operand: 8 KB.
    private const int Block = 1024;
    private const int MostBytes = 8;
    private const int BufferBytes = (Block * MostBytes) + 64;

    /// <summary>Whether a loop's rows are run together.</summary>
    public static bool Fit(in StridedLoop loop, in RunOperands operands)
    {
        if (loop.Rank < 2 || loop.Inner > LongestRow || loop.Rows < FewestRows || operands.Count > MostOperands)
        {
            return false;
        }

        for (int o = 0; o < operands.Count; o++)
        {
            if (operands.Size(o) > MostBytes || (loop.InnerStride(o) == 1 && loop.RowStride(o) != 0 && loop.RowStride(o) != loop.Inner))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Runs whole rows of the output from an element that starts one.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Walk<TBody>(ref TBody body, ref StridedLoop loop, RunOperands operands, long first, long count)
        where TBody : struct, IRunBody
    {
        byte* buffers = stackalloc byte[MostOperands * BufferBytes];
        byte** repeated = stackalloc byte*[MostOperands];
        new Span<nint>(repeated, MostOperands).Clear();
        long length = loop.Inner;
        long most = Math.Min(loop.Rows, Block / length);
        RunOperands run = operands;
        for (long end = first + count; first < end;)
        {
            long rows = Math.Min(Math.Min(loop.RowsLeft, most), (end - first) / length);
            for (int o = 0; o < operands.Count; o++)
            {
                byte* data = operands.Data<byte>(o) + (loop.Offset(o) * operands.Size(o));
                byte* buffer = buffers + (o * BufferBytes);
                if (loop.RowStride(o) == loop.InnerStride(o) * length)
                {
                    run.Set(o, data, loop.InnerStride(o));
                }
                else if (loop.InnerStride(o) == 0)
                {
                    Spread(data, loop.RowStride(o), operands.Size(o), buffer, rows, length);
                    run.Set(o, buffer, 1);
                }
                else
                {
                    if (repeated[o] != data)
                    {
                        Repeat(data, length * operands.Size(o), buffer, most);
                        repeated[o] = data;
                    }

                    run.Set(o, buffer, 1);
                }
            }

            body.Run(in run, first, rows * length);
            first += rows * length;
            loop.NextRows(rows);
        }
    }

    private static void Repeat(byte* row, long bytes, byte* to, long times)
    {
        Buffer.MemoryCopy(row, to, bytes, bytes);
        for (long done = 1; done < times; done *= 2)
        {
            long more = Math.Min(done, times - done) * bytes;
            Buffer.MemoryCopy(to, to + (done * bytes), more, more);
        }
    }

    private static void Spread(byte* from, long stride, int size, byte* to, long rows, long length)
    {
        switch (size)
        {
            case 1: Spread(from, stride, to, rows, length); break;
            case 2: Spread((ushort*)from, stride, (ushort*)to, rows, length); break;
            case 4: Spread((uint*)from, stride, (uint*)to, rows, length); break;
            default: Spread((ulong*)from, stride, (ulong*)to, rows, length); break;
        }
    }

    // Vectors write beyond their row: the next row, or what lies behind the last, overwrites that.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Spread<T>(T* from, long stride, T* to, long rows, long length)
        where T : unmanaged
    {
        for (long r = 0; r < rows; r++)
        {
            Vector256<T> value = Vector256.Create(from[r * stride]);
            T* row = to + (r * length);
            for (long i = 0; i < length; i += Vector256<T>.Count)
            {
                value.Store(row + i);
            }
        }
    }
}
