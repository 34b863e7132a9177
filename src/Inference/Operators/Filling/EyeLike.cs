using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Filling;

/// <summary>y[i,j] = 1 where j = i + k, else 0, of the input's shape. Source: ONNX EyeLike, opsets 9 to 22.</summary>
internal sealed class EyeLike(Node node) : Operator
{
    private readonly ElementType _type = TypeAttribute.Read(node, "dtype", TypeSet.Numeric | TypeSet.Bool, ElementType.Undefined);
    private readonly long _diagonal = node.Attributes.Int("k", 0);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = _type != ElementType.Undefined ? _type : context.InputType(0);
        if (type != ElementType.Undefined && !(TypeSet.Numeric | TypeSet.Bool).Contains(type))
        {
            throw context.Error($"dtype: expected a numeric type or bool, got {type.Name()}.");
        }

        context.SetOutput(0, type, Shapes.RequireRank(context, 0, 2));
    }

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        y.Clear();
        var action = new Ones { Y = y, Diagonal = _diagonal };
        if (y.Type == ElementType.Bool)
        {
            action.Invoke<DirectElement<byte>, byte, byte>();
        }
        else
        {
            Dispatch.Numeric(y.Type, ref action);
        }
    }

    private struct Ones : INumericAction
    {
        public Tensor Y;
        public long Diagonal;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* y = (T*)Y.Data;
            long columns = Y.Dims[1];
            for (long i = Math.Max(0, Diagonal < -Y.Dims[0] ? Y.Dims[0] : -Diagonal); i < Y.Dims[0] && Diagonal < columns - i; i++)
            {
                y[(i * columns) + i + Diagonal] = E.Store(C.One);
            }
        }
    }
}
