namespace Inference.Operators.Scoring;

/// <summary>Takes the scores of a row.</summary>
internal interface IRowFinish<C>
    where C : unmanaged
{
    /// <summary>Stores what follows from the scores of row <paramref name="row"/>; may change them. <paramref name="has"/> tells which targets any leaf had.</summary>
    void Row(int row, Span<C> scores, ReadOnlySpan<bool> has);
}
