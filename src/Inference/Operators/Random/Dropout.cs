using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Random;

/// <summary>
/// y = x at inference; in training y = x·mask/(1 − ratio), mask[i] = (uniform ≥ ratio). Training is the input training_mode from opset 12 on; the older forms, whose
/// default is inference, run as such (opset 1 and 6: is_test). Output 1 is the mask, bool from opset 10 on, before that of x's type. Source: ONNX Dropout.
/// </summary>
internal sealed class Dropout(Node node) : Operator
{
    private readonly float? _seed = node.Attributes.Contains("seed") ? node.Attributes.Int("seed") : null;
    private readonly bool _boolMask = node.Opset >= 10;

    /// <summary>Whether a node draws: before version 7 it does where it is not told otherwise, from 12 on where input 2 says so.</summary>
    public static bool DrawsIn(Node node) => node.Opset < 7 ? node.Attributes.Int("is_test", 0) == 0 : node.HasInput(2);

    public override bool IsDeterministic => !node.HasInput(2) || _seed is not null;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, _boolMask ? TypeSet.Floating | TypeSet.Float8 : TypeSet.Floating);
        context.SetOutput(0, type, context.InputShape(0));
        if (context.HasOutput(1))
        {
            context.SetOutput(1, _boolMask ? ElementType.Bool : type, context.InputShape(0));
        }
    }

    public override int AliasOf(int output) => output == 0 && !node.HasInput(2) && !node.HasOutput(1) ? 0 : -1;

    public override void PropagateBatch(BatchContext context)
    {
        if (node.HasInput(2))
        {
            context.SetAllMixed();
            return;
        }

        for (int i = 0; i < node.Outputs.Count; i++)
        {
            context.SetOutputAxis(i, context.InputAxis(0));
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        Tensor? mask = context.HasOutput(1) ? context.Output(1) : null;
        bool training = _boolMask && context.OptionalInput(2) is { } mode && mode.Bytes[0] != 0;
        double ratio = context.OptionalInput(1) is { } given ? Scalars.ToDouble(given) : 0.5;
        if (!training || ratio == 0)
        {
            x.CopyTo(y);
            if (mask is not null)
            {
                Ones(mask);
            }

            return;
        }

        if (!(ratio >= 0 && ratio < 1))
        {
            throw context.Error($"input 1: expected a ratio in [0, 1), got {ratio}.");
        }

        var action = new Action(context, x, y, mask, ratio, MersenneTwister.FromSeed(_seed));
        if (!Dispatch.Floating(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a floating-point tensor in training, got {x.Type.Name()}.");
        }
    }

    private static void Ones(Tensor mask)
    {
        if (mask.Type == ElementType.Bool)
        {
            mask.Bytes.Fill(1);
            return;
        }

        var action = new OnesAction(mask);
        Dispatch.Floating(mask.Type, ref action);
    }

    private readonly struct OnesAction(Tensor mask) : IFloatAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C> => mask.Span<T>().Fill(E.Store(C.One));
    }

    private readonly struct Action(KernelContext context, Tensor x, Tensor y, Tensor? mask, double ratio, MersenneTwister random) : IFloatAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            ReadOnlySpan<T> source = x.Span<T>();
            Span<T> target = y.Span<T>();
            Span<byte> kept = mask is { Type: ElementType.Bool } ? mask.Bytes : [];
            C scale = C.One / (C.One - C.CreateTruncating(ratio));
            for (int i = 0; i < source.Length; i++)
            {
                if ((i & 0xFFFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                bool keep = random.NextDouble() >= ratio;
                target[i] = E.Store(keep ? E.Load(source[i]) * scale : C.Zero);
                if (kept.Length > 0)
                {
                    kept[i] = keep ? (byte)1 : (byte)0;
                }
            }
        }
    }
}
