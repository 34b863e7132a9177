using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>Up to <see cref="StridedLoop.MaxOperands"/> operands of a loop: their memory at a place, and strides that say how they go on from there.</summary>
internal unsafe struct RunOperands
{
    private fixed long _data[StridedLoop.MaxOperands];
    private fixed long _strides[StridedLoop.MaxOperands];
    private fixed int _sizes[StridedLoop.MaxOperands];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an operand, in the order in which the loop has them.</summary>
    /// <param name="data">Its first element.</param>
    public void Add<T>(T* data)
        where T : unmanaged
    {
        _data[Count] = (long)data;
        _sizes[Count++] = sizeof(T);
    }

    /// <summary>Where an operand starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T* Data<T>(int operand)
        where T : unmanaged => (T*)_data[operand];

    /// <summary>1: the operand's elements follow each other. 0: there is one for all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Stride(int operand) => _strides[operand];

    /// <summary>Bytes of an element.</summary>
    public readonly int Size(int operand) => _sizes[operand];

    /// <summary>Moves an operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int operand, void* data, long stride)
    {
        _data[operand] = (long)data;
        _strides[operand] = stride;
    }
}
