namespace Inference.Ir;

/// <summary>Something that holds values of a run: a frame, or an operator that collects results of inner graphs.</summary>
internal interface IMemoryHolder
{
    /// <summary>Names everything that is held.</summary>
    void Count(MemoryCount count);
}
