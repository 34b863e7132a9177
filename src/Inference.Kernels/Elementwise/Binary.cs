using System.Diagnostics;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Elementwise;

/// <summary>Binary functions over f32 arrays. The output may be either input. Thread-safe.</summary>
internal static unsafe class Binary
{
    /// <summary>y[i] = f(a[i], b[i]) for i &lt; <paramref name="count"/>.</summary>
    /// <param name="kind">The function f.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements, 0 or more.</param>
    public static void Run(BinaryKind kind, float* a, float* b, float* y, nint count)
    {
        Check(a, b, y, count);
        Run(kind, a, b, y, count, 0);
    }

    /// <summary>y[i] = f(a, b[i]) for i &lt; <paramref name="count"/>.</summary>
    /// <param name="kind">The function f.</param>
    /// <param name="a">First operand, the same for all.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements, 0 or more.</param>
    public static void RunScalarLeft(BinaryKind kind, float a, float* b, float* y, nint count)
    {
        Check(b, b, y, count);
        Run(kind, &a, b, y, count, 1);
    }

    /// <summary>y[i] = f(a[i], b) for i &lt; <paramref name="count"/>.</summary>
    /// <param name="kind">The function f.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand, the same for all.</param>
    /// <param name="y">Output.</param>
    /// <param name="count">Elements, 0 or more.</param>
    public static void RunScalarRight(BinaryKind kind, float* a, float b, float* y, nint count)
    {
        Check(a, a, y, count);
        Run(kind, a, &b, y, count, 2);
    }

    /// <summary>y[r,i] = f(a[r,i], b[i]) for a, y of [rows, columns]: one operand row is used for every row.</summary>
    /// <param name="kind">The function f.</param>
    /// <param name="a">First operand [rows, columns].</param>
    /// <param name="b">Second operand [columns].</param>
    /// <param name="y">Output [rows, columns]; may be <paramref name="a"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public static void RunRows(BinaryKind kind, float* a, float* b, float* y, nint rows, nint columns)
    {
        KernelAssert.Run(b, columns);
        Check(a, a, y, rows * columns);
        delegate*<float*, float*, float*, nint, int, void> body = BinaryKernels.All[(int)kind].Best;
        var work = default(WorkCounter);
        for (nint r = 0; r < rows; r++)
        {
            work.Add(columns);
            body(a + (r * columns), b, y + (r * columns), columns, 0);
        }
    }

    /// <summary>y[r,i] = f(a[r,i], b[r]) for a, y of [rows, columns]: one operand element for each row.</summary>
    /// <param name="kind">The function f.</param>
    /// <param name="a">First operand [rows, columns].</param>
    /// <param name="b">Second operand [rows].</param>
    /// <param name="y">Output [rows, columns]; may be <paramref name="a"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public static void RunColumns(BinaryKind kind, float* a, float* b, float* y, nint rows, nint columns)
    {
        KernelAssert.Run(b, rows);
        Check(a, a, y, rows * columns);
        delegate*<float*, float*, float*, nint, int, void> body = BinaryKernels.All[(int)kind].Best;
        var work = default(WorkCounter);
        for (nint r = 0; r < rows; r++)
        {
            work.Add(columns);
            body(a + (r * columns), b + r, y + (r * columns), columns, 2);
        }
    }

    [Conditional("DEBUG")]
    private static void Check(float* a, float* b, float* y, nint count)
    {
        KernelAssert.Run(a, count);
        KernelAssert.Run(b, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(a, y, count);
        KernelAssert.SameOrApart(b, y, count);
    }

    // An operand that is the same for all (a with form 1, b with form 2) stays where it is.
    private static void Run(BinaryKind kind, float* a, float* b, float* y, nint count, int form)
    {
        delegate*<float*, float*, float*, nint, int, void> body = BinaryKernels.All[(int)kind].Best;
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            body(form == 1 ? a : a + i, form == 2 ? b : b + i, y + i, stop - i, form);
            i = stop;
        }
    }
}
