namespace Inference.Ir;

/// <summary>Values that an operator collects until it is done. Items may be missing yet.</summary>
internal sealed class HeldValues(EngineValue?[][] lists) : IMemoryHolder
{
    public void Count(MemoryCount count)
    {
        foreach (EngineValue?[] list in lists)
        {
            count.AddBytes((long)list.Length * nint.Size);
            foreach (EngineValue? value in list)
            {
                count.Add(value);
            }
        }
    }
}
