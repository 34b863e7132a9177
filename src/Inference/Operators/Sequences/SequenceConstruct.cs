using Inference.Operators.Typed;

namespace Inference.Operators.Sequences;

/// <summary>A sequence of the inputs; none for SequenceEmpty. Source: ONNX SequenceConstruct and SequenceEmpty, opset 11.</summary>
internal sealed class SequenceConstruct(Node node) : Operator
{
    private readonly ElementType _type = TypeAttribute.Read(node, "dtype", TypeSet.All, ElementType.Float32);
    private readonly bool _empty = node.OpType == "SequenceEmpty";

    protected override void InferOutputs(InferContext context)
    {
        ModelValueType? element = _empty ? ModelValueType.Tensor(_type) : null;
        for (int i = 0; i < context.InputCount; i++)
        {
            element = SequenceTypes.Join(context, element, context.InputValueType(i));
        }

        context.SetOutput(0, ModelValueType.Sequence(element));
    }

    public override void Run(KernelContext context)
    {
        var items = new EngineValue[context.InputCount];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = context.Copy(context.Input(i));
            if (((Tensor)items[i]).Type != ((Tensor)items[0]).Type)
            {
                throw context.Error($"input {i}: expected {((Tensor)items[0]).Type.Name()} as in input 0, got {((Tensor)items[i]).Type.Name()}.");
            }
        }

        context.SetOutput(0, new SequenceData(items, items.Length > 0 ? ((Tensor)items[0]).Type : _type));
    }
}
