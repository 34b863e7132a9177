namespace Inference.Validation;

/// <summary>A call's inputs with copies in place of some; disposes the copies alone.</summary>
internal sealed class ReplacedInputs : IDisposable
{
    private readonly List<TensorValue> _copies = [];

    public ReplacedInputs(NamedValues inputs)
    {
        Values = new NamedValues(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            Values.SetValue(inputs.GetAt(i).Key, inputs.GetAt(i).Value);
        }
    }

    public NamedValues Values { get; }

    public void Replace(string name, TensorValue copy)
    {
        _copies.Add(copy);
        Values.SetValue(name, copy);
    }

    public void Dispose()
    {
        foreach (TensorValue copy in _copies)
        {
            copy.Dispose();
        }
    }
}
