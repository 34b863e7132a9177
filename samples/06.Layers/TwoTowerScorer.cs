using Inference.Layers;

namespace LayerSample;

/// <summary>
/// Scores items for users: the user tower is an 8-bit embedding, a hidden layer and a low-rank projection; the item tower is a precomputed table. The score is their product, so that
/// all items are scored by one layer whose weights are the item vectors. Immutable; any number of threads may call it, each with its own scratch memory.
/// </summary>
public sealed class TwoTowerScorer : IDisposable
{
    private readonly Embedding _users;
    private readonly Linear _hidden;
    private readonly LowRankLinear _projection;
    private readonly QuantizedLinear _items;

    public TwoTowerScorer(TwoTowerWeights w)
    {
        #region towers
        _users = Embedding.Quantize(w.Users, w.UserCount, w.Width);
        _hidden = new Linear(w.Hidden, inputs: w.Width, outputs: w.HiddenWidth, w.HiddenBias, LayerActivation.Relu);
        _projection = new LowRankLinear(w.Down, w.Up, inputs: w.HiddenWidth, rank: w.Rank, outputs: w.Width);
        _items = QuantizedLinear.Quantize(w.Items, inputs: w.Width, outputs: w.ItemCount);
        #endregion
    }

    /// <summary>The number of elements of <c>scratch</c> in <see cref="Score"/>.</summary>
    public int ScratchLength => (2 * _users.Width) + _hidden.Outputs;

    #region score
    /// <summary>Writes the score of every item for a user; allocates nothing.</summary>
    public void Score(int user, Span<float> scores, Span<float> scratch)
    {
        Span<float> vector = scratch[.._users.Width];
        Span<float> projected = scratch.Slice(_users.Width, _users.Width);
        Span<float> hidden = scratch.Slice(2 * _users.Width, _hidden.Outputs);
        _users.Run([user], vector);
        _hidden.Run(vector, hidden, rows: 1);
        _projection.Run(hidden, projected, rows: 1);
        _items.Run(projected, scores, rows: 1);
    }
    #endregion

    public void Dispose()
    {
        _users.Dispose();
        _hidden.Dispose();
        _projection.Dispose();
        _items.Dispose();
    }
}
