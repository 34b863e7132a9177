using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;

namespace Inference.Operators.Features;

/// <summary>y = x &gt; threshold ? 1 : 0. Source: ONNX-ML Binarizer, opset 1.</summary>
internal sealed class Binarizer(Node node) : Operator
{
    private readonly float _threshold = node.Attributes.Float("threshold", 0);

    protected override void InferOutputs(InferContext context) => context.SetOutput(0, context.InputType(0), context.InputShape(0));

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        switch (x.Type)
        {
            case ElementType.Float32:
                Compare(x.Span<float>(), y.Span<float>(), _threshold);
                break;
            case ElementType.Float64:
                Compare(x.Span<double>(), y.Span<double>(), (double)_threshold);
                break;
            case ElementType.Int64:
                Compare(x.Span<long>(), y.Span<long>(), _threshold);
                break;
            default:
                Compare(x.Span<int>(), y.Span<int>(), _threshold);
                break;
        }
    }

    public override bool CanOverwrite(int output, int input) => true;

    public override void PropagateBatch(BatchContext context) => MlBatch.Same(context);

    private static void Compare<T, C>(ReadOnlySpan<T> x, Span<T> y, C threshold)
        where T : unmanaged, INumber<T>
        where C : unmanaged, INumber<C>
    {
        var work = default(WorkCounter);
        int i = 0;
        if (typeof(T) == typeof(C))
        {
            var limit = new Vector<T>(T.CreateTruncating(threshold));
            for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                work.Add(2);
                Vector.ConditionalSelect(Vector.GreaterThan(new Vector<T>(x[i..]), limit), Vector<T>.One, Vector<T>.Zero).CopyTo(y[i..]);
            }
        }

        for (; i < x.Length; i++)
        {
            work.Add(1);
            y[i] = C.CreateTruncating(x[i]) > threshold ? T.One : T.Zero;
        }
    }
}
