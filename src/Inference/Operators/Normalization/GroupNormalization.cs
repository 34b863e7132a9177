using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// y = scale·(x − mean)/√(var + epsilon) + bias with statistics over groups of channels of one row (InstanceNormalization: a group is one channel).
/// Scale and bias are per channel, in opset 18's GroupNormalization per group. Sources: ONNX GroupNormalization, opsets 18 and 21; InstanceNormalization, opset 1 on.
/// </summary>
internal sealed unsafe class GroupNormalization(Node node, bool instance) : FloatOperator
{
    // 2 elements a nanosecond.
    private const long ParallelElements = 2 * WorkerPool.SharedNanoseconds;
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-5f);
    private readonly long _groups = instance ? 0 : node.Attributes.Int("num_groups");

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, instance ? 3 : 2);
        if (x is not null && x[1].Size is { } channels)
        {
            if (!instance && (_groups <= 0 || channels % _groups != 0))
            {
                throw context.Error($"attribute 'num_groups': expected a divisor of {channels} channels, got {_groups}.");
            }

            if (context.InputShape(1) is { } scale)
            {
                Shapes.RequireShape(context, 2, scale);
            }

            for (int i = 1; i <= 2; i++)
            {
                if (context.InputShape(i) is { } own && Shapes.Product(own).Size is { } size && size != channels && (instance || size != _groups))
                {
                    throw context.Error($"input {i}: expected [{channels}], got [{string.Join(",", own)}].");
                }
            }
        }

        context.SetOutput(0, type, x);
    }

    public override void PropagateBatch(BatchContext context) => Convolution.ConvShape.PropagateBatch(context, 0);

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        Tensor x = context.Input(0);
        if (x.Count == 0)
        {
            return;
        }

        long channels = x.Dims[1];
        long groups = instance ? channels : _groups;
        var job = new Job<C>
        {
            X = (C*)x.Data,
            Y = (C*)context.Output(0).Data,
            Scale = (C*)context.Input(1).Data,
            Bias = (C*)context.Input(2).Data,
            ByGroup = context.Input(1).Count != channels,
            Groups = groups,
            PerGroup = channels / groups,
            Inner = TensorShape.Count(x.Dims[2..]),
            Count = x.Dims[0] * groups,
            Epsilon = C.CreateTruncating(_epsilon),
        };
        bool shared = context.Threads > 1 && x.Count >= ParallelElements;
        job.Blocks = (int)Math.Min(job.Count, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
        WorkerPool.Run(job.Blocks, ref job, shared ? context.Threads : 1);
    }

    private struct Job<C> : IBlockAction
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        public C* X;
        public C* Y;
        public C* Scale;
        public C* Bias;
        public bool ByGroup;
        public long Groups;
        public long PerGroup;
        public long Inner;
        public long Count;
        public C Epsilon;
        public int Blocks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            long length = PerGroup * Inner;
            var work = default(WorkCounter);
            long end = EqualParts.Start(Count, block + 1, Blocks);
            for (long row = EqualParts.Start(Count, block, Blocks); row < end; row++)
            {
                long group = row % Groups;
                RowNormalization.Statistics(new ReadOnlySpan<C>(X + (row * length), checked((int)length)), Epsilon, out C mean, out C inverse);
                for (long c = 0; c < PerGroup; c++)
                {
                    long channel = ByGroup ? group : (group * PerGroup) + c;
                    long offset = (row * length) + (c * Inner);
                    RowNormalization.Scale(X + offset, Y + offset, (nint)Inner, mean, inverse * Scale[channel], Bias[channel], ref work);
                }
            }
        }
    }
}
