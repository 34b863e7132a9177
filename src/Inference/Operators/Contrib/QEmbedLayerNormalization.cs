using Inference.Kernels.Normalization;
using Inference.Operators.Normalization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// y = LayerNormalization(word[ids] + position[i] + segment[segments]) with 8-bit embeddings, gamma and beta. Inputs: ids [B, S], segment ids or none, word, position, segment
/// embeddings, gamma, beta, mask [B, S], the scales of these five, their zero points. Outputs: y [B, S, H], the ones of each row of the mask [B]. Source: com.microsoft
/// QEmbedLayerNormalization.
/// </summary>
internal sealed unsafe class QEmbedLayerNormalization(Node node) : Operator
{
    private const int Words = 2;
    private const int Positions = 3;
    private const int Segments = 4;
    private const int Gamma = 5;
    private const int Beta = 6;
    private const int Scales = 8;
    private const int Zeros = 13;

    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-12f);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? ids = context.InputShape(0);
        if (context.HasInput(1) != context.HasInput(Segments) || (context.HasInput(1) && (!context.HasInput(Scales + 2) || !context.HasInput(Zeros + 2))))
        {
            throw context.Error("expected segment ids (input 1) together with the segment embedding (4), its scale (10) and its zero point (15), but some are omitted.");
        }

        context.SetOutput(0, ElementType.Float32, ids is null ? null : [ids[0], ids[1], context.InputShape(Words)?[1] ?? Dimension.Unknown]);
        context.SetOutput(1, ElementType.Int32, ids is null ? null : [ids[0]]);
    }

    public override void Run(KernelContext context)
    {
        Tensor ids = context.Input(0);
        Tensor? segments = context.OptionalInput(1);
        Tensor y = context.Output(0);
        int length = (int)y.Dims[2];
        float* gamma = (float*)context.Scratch(2L * length * sizeof(float));
        float* beta = gamma + length;
        Add(context, Gamma, 0, new Span<float>(gamma, length), first: true);
        Add(context, Beta, 0, new Span<float>(beta, length), first: true);
        for (long r = 0; r < ids.Count; r++)
        {
            if ((r & 63) == 0)
            {
                context.ThrowIfCancelled();
            }

            float* row = (float*)y.Data + (r * length);
            var sum = new Span<float>(row, length);
            Add(context, Words, Scalars.ToInt64(ids, r), sum, first: true);
            Add(context, Positions, r % ids.Dims[1], sum, first: false);
            if (segments is not null)
            {
                Add(context, Segments, Scalars.ToInt64(segments, r), sum, first: false);
            }

            var arguments = new LayerNormArguments { X = row, Gamma = gamma, Beta = beta, Y = row, Rows = 1, Columns = length, Epsilon = _epsilon };
            LayerNorm.Run(in arguments);
        }

        if (context.HasOutput(1))
        {
            EmbedLayerNormalization.CountMask(context, ids.Dims[0], ids.Dims[1]);
        }
    }

    // Dequantizes a row of a table into, or onto, a sum.
    private static void Add(KernelContext context, int input, long index, Span<float> sum, bool first)
    {
        Tensor table = context.Input(input);
        long rows = table.Rank == 1 ? 1 : table.Dims[0];
        if ((ulong)index >= (ulong)rows)
        {
            throw context.Error($"input {input}: expected indices in [0, {rows - 1}], got {index}.");
        }

        float scale = context.Input(Scales + input - Words).Span<float>()[0];
        int zero = (int)Scalars.ToInt64(context.Input(Zeros + input - Words));
        byte* row = table.Data + (index * sum.Length);
        for (int i = 0; i < sum.Length; i++)
        {
            float value = ((table.Type == ElementType.Int8 ? (sbyte)row[i] : row[i]) - zero) * scale;
            sum[i] = first ? value : sum[i] + value;
        }
    }
}
