using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// y = scale·(x − mean)/√(var + epsilon) + bias per channel. At inference mean and variance are inputs; in training (training_mode from opset 14, is_test=0
/// before opset 7 with extra outputs) they are the batch's, and outputs 1 and 2 are momentum·old + (1 − momentum)·batch. Source: ONNX BatchNormalization, opsets 1 to 15.
/// </summary>
internal sealed unsafe class BatchNormalization(Node node) : FloatOperator
{
    // 4 elements a nanosecond.
    private const long ParallelElements = 4 * WorkerPool.SharedNanoseconds;
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-5f);
    private readonly float _momentum = node.Attributes.Float("momentum", 0.9f);
    private readonly bool _training = node.Opset >= 14 ? node.Attributes.Int("training_mode", 0) != 0 : node.Opset < 7 && node.Attributes.Int("is_test", 0) == 0 && node.HasOutput(1);
    private readonly bool _spatial = node.Opset >= 9 || node.Attributes.Int("spatial", 1) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        if (x is not null)
        {
            // Before opset 9 there may be numbers for each element of a row.
            Dimension[] own = x.Length < 2 ? Shapes.Fixed(1) : _spatial ? [x[1]] : x[1..];
            for (int i = 1; i < 5; i++)
            {
                Shapes.RequireShape(context, i, context.InputShape(i) is { Length: 1 } && !_spatial ? [Shapes.Product(own)] : own);
            }
        }

        CheckOutputs(context);
        context.SetOutput(0, type, x);
        for (int i = 1; i < context.OutputCount; i++)
        {
            if (context.HasOutput(i))
            {
                int source = i is 1 or 3 ? 3 : 4;
                context.SetOutput(i, context.InputType(source), context.InputShape(source));
            }
        }
    }

    // What nothing fills must not be asked for: at inference there are no statistics of the batch.
    private void CheckOutputs(InferContext context)
    {
        int most = !_training ? 1 : context.Node.Opset >= 14 ? 3 : 5;
        for (int i = most; i < context.OutputCount; i++)
        {
            if (context.HasOutput(i))
            {
                throw context.Error($"expected {most} outputs{(_training ? "" : " at inference")}, got {context.OutputCount}. Omit the others, or export the model for training.");
            }
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = !_training && context.InputAxis(0) == 0;
        for (int i = 1; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == BatchContext.None;
        }

        context.SetAll(apart && context.Node.Outputs.Count == 1, 0);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        long batch = x.Dims[0];
        long channels = x.Rank < 2 ? 1 : _spatial ? x.Dims[1] : TensorShape.Count(x.Dims[1..]);
        long inner = _spatial && x.Rank > 2 ? TensorShape.Count(x.Dims[2..]) : 1;
        if (channels == 0 || (x.Count == 0 && !_training))
        {
            return;
        }

        // Statistics may come in another type than x (opset 15).
        C* numbers = (C*)context.Scratch(6 * channels * sizeof(C));
        C* mean = numbers + (2 * channels);
        C* variance = numbers + (3 * channels);
        C* scale = Parameter(context, 1, numbers + (4 * channels), channels);
        C* bias = Parameter(context, 2, numbers + (5 * channels), channels);
        mean = Parameter(context, 3, mean, channels, always: _training);
        variance = Parameter(context, 4, variance, channels, always: _training);
        if (_training)
        {
            Train(context, (C*)x.Data, batch, channels, inner, mean, variance);
        }

        C* factors = numbers;
        C* shifts = numbers + channels;
        var work = default(WorkCounter);
        C epsilon = C.CreateTruncating(_epsilon);
        long done = 0;
        for (; done <= channels - Vector<C>.Count; done += Vector<C>.Count)
        {
            work.Add(10);
            Vector<C> factor = Vector.Load(scale + done) / Vector.SquareRoot(Vector.Load(variance + done) + new Vector<C>(epsilon));
            factor.Store(factors + done);
            (Vector.Load(bias + done) - (Vector.Load(mean + done) * factor)).Store(shifts + done);
        }

        for (; done < channels; done++)
        {
            work.Add(10);
            factors[done] = scale[done] / C.Sqrt(variance[done] + epsilon);
            shifts[done] = bias[done] - (mean[done] * factors[done]);
        }

        if (x.Count == 0)
        {
            return;
        }

        var job = new Job<C> { X = (C*)x.Data, Y = (C*)y.Data, Factors = factors, Shifts = shifts, Channels = channels, Inner = inner, Count = inner == 1 ? batch : batch * channels };
        bool shared = context.Threads > 1 && x.Count >= ParallelElements;
        job.Blocks = (int)Math.Min(job.Count, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
        WorkerPool.Run(job.Blocks, ref job, shared ? context.Threads : 1);
    }

    // An input as numbers of the computation: where it lies if its type is theirs, and a copy where it is to be written.
    private static C* Parameter<C>(KernelContext context, int input, C* copy, long count, bool always = false)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor tensor = context.Input(input);
        if (!always && tensor.Type == (typeof(C) == typeof(float) ? ElementType.Float32 : ElementType.Float64))
        {
            return (C*)tensor.Data;
        }

        var work = default(WorkCounter);
        for (long c = 0; c < count; c++)
        {
            work.Add(2);
            copy[c] = C.CreateTruncating(Scalars.ToDouble(tensor, c));
        }

        return copy;
    }

    private void Train<C>(KernelContext context, C* x, long batch, long channels, long inner, C* mean, C* variance)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long c = 0; c < channels; c++)
        {
            double sum = 0;
            double squares = 0;
            context.ThrowIfCancelled();
            for (long n = 0; n < batch && inner > 0; n++)
            {
                C* run = x + (n * channels + c) * inner;
                for (long i = 0; i < inner; i++)
                {
                    sum += double.CreateTruncating(run[i]);
                }
            }

            double average = sum / (batch * inner);
            for (long n = 0; n < batch && inner > 0; n++)
            {
                C* run = x + (n * channels + c) * inner;
                for (long i = 0; i < inner; i++)
                {
                    double difference = double.CreateTruncating(run[i]) - average;
                    squares += difference * difference;
                }
            }

            double spread = squares / (batch * inner);
            Running(context, 1, c, double.CreateTruncating(mean[c]), average);
            Running(context, 2, c, double.CreateTruncating(variance[c]), spread);
            Running(context, 3, c, average, average);
            Running(context, 4, c, spread, spread);
            mean[c] = C.CreateTruncating(average);
            variance[c] = C.CreateTruncating(spread);
        }
    }

    private void Running(KernelContext context, int output, long channel, double old, double current)
    {
        if (!context.HasOutput(output))
        {
            return;
        }

        Tensor target = context.Output(output);
        double value = old * _momentum + current * (1 - (double)_momentum);
        if (target.Type == ElementType.Float64)
        {
            ((double*)target.Data)[channel] = value;
        }
        else
        {
            ((float*)target.Data)[channel] = (float)value;
        }
    }

    // Rows of one channel each or, where a channel has one element, of one batch entry.
    private struct Job<C> : IBlockAction
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        public C* X;
        public C* Y;
        public C* Factors;
        public C* Shifts;
        public long Channels;
        public long Inner;
        public long Count;
        public int Blocks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            var work = default(WorkCounter);
            long end = EqualParts.Start(Count, block + 1, Blocks);
            for (long row = EqualParts.Start(Count, block, Blocks); row < end; row++)
            {
                if (Inner == 1)
                {
                    RowNormalization.Affine(X + (row * Channels), Y + (row * Channels), (nint)Channels, Factors, Shifts, ref work);
                }
                else
                {
                    long channel = row % Channels;
                    RowNormalization.Affine(X + (row * Inner), Y + (row * Inner), (nint)Inner, Factors[channel], Shifts[channel], ref work);
                }
            }
        }
    }
}
