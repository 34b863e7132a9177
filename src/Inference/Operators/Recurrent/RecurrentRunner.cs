using Inference.Kernels.Threading;

namespace Inference.Operators.Recurrent;

/// <summary>Runs a recurrent operator in the type it is computed in: float and double in their own, float16 and bfloat16 in float.</summary>
internal static class RecurrentRunner
{
    private const int ElementWork = 4;

    public static void Run(KernelContext context, CellOptions options, CellWeights? w, CellWeights? r)
    {
        bool lstm = options.Kind == CellKind.Lstm;
        var tensors = new CellTensors
        {
            X = context.Input(0),
            W = context.Input(1),
            R = context.Input(2),
            Bias = context.OptionalInput(3),
            Lengths = context.OptionalInput(4),
            InitialH = context.OptionalInput(5),
            InitialC = lstm ? context.OptionalInput(6) : null,
            Peepholes = lstm ? context.OptionalInput(7) : null,
            Y = context.HasOutput(0) ? context.Output(0) : null,
            LastH = context.HasOutput(1) ? context.Output(1) : null,
            LastC = lstm && context.HasOutput(2) ? context.Output(2) : null,
            PackedW = w,
            PackedR = r,
        };
        switch (tensors.X.Type)
        {
            case ElementType.Float32:
                new CellRun<float, SingleCellMath>(context, options, in tensors).Run();
                break;
            case ElementType.Float64:
                new CellRun<double, DoubleCellMath>(context, options, in tensors).Run();
                break;
            default:
                RunInSingle(context, options, in tensors);
                break;
        }
    }

    /// <summary>Runs an LSTM on X, W and R in float that stand for 8-bit ones; the state is quantized before each product.</summary>
    public static void RunQuantized(KernelContext context, CellOptions options, Tensor x, Tensor w, Tensor r, CellWeights? packedW, CellWeights? packedR)
    {
        var tensors = new CellTensors
        {
            X = x,
            W = w,
            R = r,
            Bias = context.OptionalInput(3),
            Lengths = context.OptionalInput(4),
            InitialH = context.OptionalInput(5),
            InitialC = context.OptionalInput(6),
            Peepholes = context.OptionalInput(7),
            Y = context.HasOutput(0) ? context.Output(0) : null,
            LastH = context.HasOutput(1) ? context.Output(1) : null,
            LastC = context.HasOutput(2) ? context.Output(2) : null,
            PackedW = packedW,
            PackedR = packedR,
            QuantizedState = true,
        };
        new CellRun<float, SingleCellMath>(context, options, in tensors).Run();
    }

    private static void RunInSingle(KernelContext context, CellOptions options, in CellTensors tensors)
    {
        var wide = new CellTensors
        {
            X = Widen(context, tensors.X)!,
            W = Widen(context, tensors.W)!,
            R = Widen(context, tensors.R)!,
            Bias = Widen(context, tensors.Bias),
            Lengths = tensors.Lengths,
            InitialH = Widen(context, tensors.InitialH),
            InitialC = Widen(context, tensors.InitialC),
            Peepholes = Widen(context, tensors.Peepholes),
            Y = Like(context, tensors.Y),
            LastH = Like(context, tensors.LastH),
            LastC = Like(context, tensors.LastC),
        };
        new CellRun<float, SingleCellMath>(context, options, in wide).Run();
        Narrow(wide.Y, tensors.Y);
        Narrow(wide.LastH, tensors.LastH);
        Narrow(wide.LastC, tensors.LastC);
    }

    private static Tensor? Like(KernelContext context, Tensor? tensor) => tensor is null ? null : context.Allocate(ElementType.Float32, tensor.Dims);

    private static Tensor? Widen(KernelContext context, Tensor? tensor)
    {
        if (Like(context, tensor) is not { } result)
        {
            return null;
        }

        Span<float> target = result.Span<float>();
        var work = default(WorkCounter);
        for (int i = 0; i < target.Length; i++)
        {
            work.Add(ElementWork);
            target[i] = tensor!.Type == ElementType.Float16 ? (float)tensor.Span<Half>()[i] : (float)tensor.Span<BFloat16>()[i];
        }

        return result;
    }

    private static void Narrow(Tensor? source, Tensor? target)
    {
        if (source is null || target is null)
        {
            return;
        }

        ReadOnlySpan<float> values = source.Span<float>();
        var work = default(WorkCounter);
        for (int i = 0; i < values.Length; i++)
        {
            work.Add(ElementWork);
            if (target.Type == ElementType.Float16)
            {
                target.Span<Half>()[i] = (Half)values[i];
            }
            else
            {
                target.Span<BFloat16>()[i] = (BFloat16)values[i];
            }
        }
    }
}
