namespace Inference.Operators.Movement;

/// <summary>An operation that moves elements without looking at them, written once for every width.</summary>
internal interface IMove
{
    /// <summary>Moves elements of <paramref name="source"/> to <paramref name="target"/>; <typeparamref name="T"/> is as wide as they are.</summary>
    void Run<T>(KernelContext context, Tensor source, Tensor target);
}
