using System.Numerics;

namespace Inference.Operators.Indexing;

/// <summary>What an update does to an element.</summary>
internal interface IScatter<T>
{
    /// <summary>Whether <see cref="Apply(Vector{T}, Vector{T})"/> does the same to a vector of them.</summary>
    static abstract bool HasVector { get; }

    static abstract T Apply(T old, T update);

    static abstract Vector<T> Apply(Vector<T> old, Vector<T> update);
}
