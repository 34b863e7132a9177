namespace Inference.Tests.Operators;

/// <summary>Prepares an operator for the shapes of given values; all inputs but the first count as constants.</summary>
internal sealed class HarnessPrepareContext(Node node, EngineValue?[] inputs, EngineValue?[] outputs, int firstConstant) : PrepareContext, IDisposable
{
    private readonly List<IDisposable> _made = [];

    public override Node Node => node;

    public override int Threads => 1;

    public override ModelPrecision Precision => ModelPrecision.Float32;

    public override bool HasInput(int index) => node.HasInput(index);

    public override ElementType InputType(int index) => (inputs[index] as Tensor)?.Type ?? ElementType.Undefined;

    public override ReadOnlySpan<long> InputDims(int index) => ((Tensor)inputs[index]!).Dims;

    public override ReadOnlySpan<long> OutputDims(int index) => ((Tensor)outputs[index]!).Dims;

    public override ElementType OutputType(int index) => (outputs[index] as Tensor)?.Type ?? ElementType.Undefined;

    public override Tensor? Constant(int index) => index >= firstConstant && index < inputs.Length ? inputs[index] as Tensor : null;

    public override T Shared<T>(int input, PackedForm<T> form, Func<T> make)
    {
        T made = make();
        if (made is IDisposable disposable)
        {
            _made.Add(disposable);
        }

        return made;
    }

    public void Dispose()
    {
        foreach (IDisposable made in _made)
        {
            made.Dispose();
        }
    }
}
