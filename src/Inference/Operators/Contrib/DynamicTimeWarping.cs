namespace Inference.Operators.Contrib;

/// <summary>
/// The cheapest path through a cost matrix x[R, C] (or [1, R, C]) from its first to its last element by steps down, right or both: its rows and columns, y[2, L].
/// Source: com.microsoft DynamicTimeWarping.
/// </summary>
internal sealed unsafe class DynamicTimeWarping : Operator
{
    private const byte Diagonal = 0;
    private const byte Down = 1;
    private const byte Right = 2;

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is { Length: 3 } x && x[0].Size is not (1 or null))
        {
            throw context.Error($"input 0: expected one matrix, got [{string.Join(",", x)}].");
        }

        context.SetOutput(0, ElementType.Int32, [Dimension.Fixed(2), Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        long rows = x.Dims[^2];
        long columns = x.Dims[^1];
        // The costs lie behind the steps, from a whole float on.
        long costs = checked(((rows * columns) + sizeof(float) - 1) / sizeof(float) * sizeof(float));
        byte* steps = context.Scratch(checked(costs + (2 * (rows + 1) * sizeof(float))));
        float* before = (float*)(steps + costs);
        Fill(context, (float*)x.Data, rows, columns, steps, before);

        int length = 0;
        for ((long i, long j) = (rows, columns); i > 0 && j > 0; length++)
        {
            Back(steps[((i - 1) * columns) + j - 1], ref i, ref j);
        }

        Span<int> y = context.Output(0, ElementType.Int32, [2, length]).Span<int>();
        (long r, long c) = (rows, columns);
        for (int at = length - 1; at >= 0; at--)
        {
            y[at] = (int)r - 1;
            y[length + at] = (int)c - 1;
            Back(steps[((r - 1) * columns) + c - 1], ref r, ref c);
        }
    }

    // Costs column by column; of equal ways the one from the left is taken, as ONNX Runtime does.
    private static void Fill(KernelContext context, float* x, long rows, long columns, byte* steps, float* before)
    {
        float* now = before + rows + 1;
        new Span<float>(before, (int)rows + 1).Fill(float.PositiveInfinity);
        before[0] = 0;
        for (long j = 0; j < columns; j++)
        {
            context.ThrowIfCancelled();
            now[0] = float.PositiveInfinity;
            for (long i = 0; i < rows; i++)
            {
                float diagonal = before[i];
                float down = now[i];
                float right = before[i + 1];
                bool isDiagonal = diagonal < down && diagonal < right;
                bool isDown = !isDiagonal && down < diagonal && down < right;
                now[i + 1] = (isDiagonal ? diagonal : isDown ? down : right) + x[(i * columns) + j];
                steps[(i * columns) + j] = isDiagonal ? Diagonal : isDown ? Down : Right;
            }

            float* spare = before;
            before = now;
            now = spare;
        }
    }

    private static void Back(byte step, ref long i, ref long j)
    {
        i -= step == Right ? 0 : 1;
        j -= step == Down ? 0 : 1;
    }
}
