using Inference.Kernels.Normalization;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// y = LayerNormalization(word[ids] + position[p] + segment[segments]); inputs: ids [B, S], segment ids or none, word, position and segment embeddings, gamma, beta,
/// mask [B, S], position ids. Outputs: y [B, S, H], mask index [B] (the number of ones of each mask row; 0 without a mask), the sum. Source: com.microsoft
/// EmbedLayerNormalization.
/// </summary>
internal sealed unsafe class EmbedLayerNormalization(Node node) : FloatOperator
{
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-12f);

    protected override int TypeInput => 2;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(2);
        Dimension[]? ids = context.InputShape(0);
        Dimension[]? words = context.InputShape(2);
        Dimension[]? y = ids is null ? null : [ids[0], ids[1], words?[1] ?? Dimension.Unknown];
        if (context.HasInput(1) && !context.HasInput(4))
        {
            throw context.Error("input 4: expected a segment embedding for the segment ids of input 1, but it is omitted.");
        }

        context.SetOutput(0, type, y);
        if (context.HasOutput(1))
        {
            context.SetOutput(1, ElementType.Int32, ids is null ? null : [ids[0]]);
        }

        if (context.HasOutput(2))
        {
            context.SetOutput(2, type, y);
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0;
        for (int i = 1; i < context.InputCount; i++)
        {
            bool perRow = i is 1 or 7 or 8;
            apart &= !context.Node.HasInput(i) || context.InputAxis(i) == (perRow ? 0 : BatchContext.None)
                || (i == 8 && context.InputAxis(i) == BatchContext.None && context.InputShape(8) is { } p && p[0].Size == 1);
        }

        context.SetAll(apart, 0);
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 2: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor ids = context.Input(0);
        Tensor words = context.Input(2);
        Tensor positions = context.Input(3);
        Tensor? segmentIds = context.OptionalInput(1);
        Tensor? segments = context.OptionalInput(4);
        Tensor? positionIds = context.OptionalInput(8);
        Tensor y = context.Output(0);
        long length = words.Dims[1];
        long rows = ids.Dims[1];
        float* gamma = (float*)context.Input(5).Data;
        float* beta = (float*)context.Input(6).Data;
        float* sums = context.HasOutput(2) ? (float*)context.Output(2).Data : null;
        for (long r = 0; r < ids.Count; r++)
        {
            if ((r & 63) == 0)
            {
                context.ThrowIfCancelled();
            }

            long position = positionIds is null ? r % rows : Scalars.ToInt64(positionIds, r % positionIds.Count);
            float* word = Row(context, words, Scalars.ToInt64(ids, r), 0);
            float* place = Row(context, positions, position, positionIds is null ? 3 : 8);
            float* segment = segmentIds is null || segments is null ? null : Row(context, segments, Scalars.ToInt64(segmentIds, r), 1);
            var arguments = new LayerNormArguments
            {
                X = word,
                Skip = place,
                SkipBias = segment,
                Gamma = gamma,
                Beta = beta,
                Y = (float*)y.Data + (r * length),
                Sum = sums is null ? null : sums + (r * length),
                Rows = 1,
                Columns = (nint)length,
                Epsilon = _epsilon,
            };
            LayerNorm.Run(in arguments);
        }

        if (context.HasOutput(1))
        {
            CountMask(context, ids.Dims[0], rows);
        }
    }

    private static float* Row(KernelContext context, Tensor table, long index, int input)
    {
        if ((ulong)index >= (ulong)table.Dims[0])
        {
            throw context.Error($"input {input}: expected indices in [0, {table.Dims[0] - 1}], got {index}.");
        }

        return (float*)table.Data + index * table.Dims[1];
    }

    /// <summary>Output 1: how many elements of each row of the mask, input 7, are 1.</summary>
    internal static void CountMask(KernelContext context, long batch, long rows)
    {
        int* target = (int*)context.Output(1).Data;
        Tensor? mask = context.OptionalInput(7);
        for (long b = 0; b < batch; b++)
        {
            int ones = 0;
            for (long s = 0; mask is not null && s < rows; s++)
            {
                ones += Scalars.ToInt64(mask, b * rows + s) == 1 ? 1 : 0;
            }

            target[b] = ones;
        }
    }
}
