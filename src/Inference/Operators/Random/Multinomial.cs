using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Random;

/// <summary>sample_size class numbers drawn for each row of unnormalised log-probabilities [N, C] → [N, sample_size]. Source: ONNX Multinomial, opsets 7 and 22.</summary>
internal sealed unsafe class Multinomial : Operator
{
    private const int ClassWork = 20;
    private const int SampleWork = 60;
    private readonly float? _seed;
    private readonly long _samples;
    private readonly ElementType _type;

    public Multinomial(Node node)
    {
        _seed = node.Attributes.Contains("seed") ? node.Attributes.Float("seed") : null;
        _samples = node.Attributes.Int("sample_size", 1);
        _type = TypeAttribute.Read(node, "dtype", TypeSet.Index, ElementType.Int32);
        if (_samples < 0)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'sample_size': expected a number ≥ 0, got {_samples}.");
        }
    }

    public override bool IsDeterministic => _seed is not null;

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Floating);
        Dimension[]? x = Shapes.RequireRank(context, 0, 2);
        context.SetOutput(0, _type, [x?[0] ?? Dimension.Unknown, Dimension.Fixed(_samples)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        long classes = x.Dims[1];
        if (classes == 0 && y.Count > 0)
        {
            throw context.Error("input 0: expected at least one class, got none.");
        }

        MersenneTwister random = MersenneTwister.FromSeed(_seed);
        double* cumulative = (double*)context.Scratch(Math.Max(1, classes) * sizeof(double));
        var work = default(WorkCounter);
        for (long n = 0; n < x.Dims[0]; n++)
        {
            double largest = double.NegativeInfinity;
            for (long c = 0; c < classes; c++)
            {
                work.Add(ClassWork);
                largest = Math.Max(largest, Scalars.ToDouble(x, n * classes + c));
            }

            double sum = 0;
            for (long c = 0; c < classes; c++)
            {
                work.Add(ClassWork);
                sum += Math.Exp(Scalars.ToDouble(x, n * classes + c) - largest);
                cumulative[c] = sum;
            }

            for (long s = 0; s < _samples; s++)
            {
                double at = random.NextDouble() * sum;

                // The first class whose sum passes the number, the last where none does; sums rise.
                work.Add(SampleWork);
                long chosen = 0;
                long above = classes - 1;
                while (chosen < above)
                {
                    long middle = (chosen + above) / 2;
                    if (cumulative[middle] <= at)
                    {
                        chosen = middle + 1;
                    }
                    else
                    {
                        above = middle;
                    }
                }

                Store(y, n * _samples + s, chosen);
            }
        }
    }

    private static void Store(Tensor y, long index, long value)
    {
        if (y.Type == ElementType.Int64)
        {
            ((long*)y.Data)[index] = value;
        }
        else
        {
            ((int*)y.Data)[index] = (int)value;
        }
    }
}
