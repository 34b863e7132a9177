using System.Numerics.Tensors;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>Trains a network by mini-batches: Adam for layers, Adagrad for tables, logistic loss.</summary>
internal sealed class RankTraining : RankPass
{
    private readonly float[][] _historyGradient;
    private readonly float[] _pooledGradient;
    private readonly float[] _userInputGradient;
    private readonly float[] _userHiddenGradient;
    private readonly float[] _otherHiddenGradient;
    private readonly float[] _interestsGradient;
    private readonly float[] _userTopGradient;
    private readonly float[] _contextGradient;
    private readonly float[] _itemInputGradient;
    private readonly float[][] _topGradient;

    public RankTraining(RankNetwork network, int requests, int candidates)
        : base(network, requests, candidates)
    {
        _historyGradient = [.. HistoryValues.Select(v => new float[v.Length])];
        _pooledGradient = new float[Pooled.Length];
        _userInputGradient = new float[UserInput.Length];
        _userHiddenGradient = new float[UserHidden.Length];
        _otherHiddenGradient = new float[UserHidden.Length];
        _interestsGradient = new float[Interests.Length];
        _userTopGradient = new float[UserTop.Length];
        _contextGradient = new float[Context.Length];
        _itemInputGradient = new float[ItemInput.Length];
        _topGradient = [.. TopValues.Select(v => new float[v.Length])];
    }

    /// <summary>One step towards the targets; returns the mean loss before it.</summary>
    /// <param name="batch"><see cref="RankPass.Requests"/> requests.</param>
    /// <param name="targets">The target probability of a click for each item, [requests · candidates].</param>
    /// <param name="rate">The learning rate of the layers.</param>
    /// <param name="tableRate">The learning rate of the tables.</param>
    public double Step(IReadOnlyList<ClickRequest> batch, ReadOnlySpan<float> targets, float rate, float tableRate)
    {
        Forward(batch);
        int rows = batch.Count * Candidates;
        double loss = 0;
        for (int i = 0; i < rows; i++)
        {
            float p = 1 / (1 + MathF.Exp(-Logits[i]));
            loss -= targets[i] * Math.Log(Math.Max(p, 1e-7)) + (1 - targets[i]) * Math.Log(Math.Max(1 - p, 1e-7));
            _topGradient[^1][i] = (p - targets[i]) / rows;
        }

        Backward(batch);
        foreach (DenseLayer layer in Network.Layers)
        {
            layer.Step(rate);
        }

        Network.Pool.Step(rate);
        StepTables(batch, tableRate);
        return loss / rows;
    }

    private void Backward(IReadOnlyList<ClickRequest> batch)
    {
        int rows = batch.Count * Candidates;
        int width = Network.Shape.Top[0];
        for (int l = Network.Top.Count - 1; l >= 0; l--)
        {
            Network.Top[l].Backward(TopValues[l], TopValues[l + 1], _topGradient[l + 1], _topGradient[l], rows);
        }

        Array.Clear(_userTopGradient);
        float[] sums = _topGradient[0];
        for (int row = 0; row < rows; row++)
        {
            Span<float> gradient = sums.AsSpan(row * width, width);
            ReadOnlySpan<float> value = TopValues[0].AsSpan(row * width, width);
            for (int i = 0; i < width; i++)
            {
                gradient[i] = value[i] > 0 ? gradient[i] : 0;
            }

            Span<float> total = _userTopGradient.AsSpan(row / Candidates * width, width);
            TensorPrimitives.Add(total, gradient, total);
        }

        Network.ItemTop.Backward(ItemInput, TopValues[0], sums, _itemInputGradient, rows);
        Network.ContextTop.Backward(Context, ContextTop, _userTopGradient, _contextGradient, batch.Count);
        ItemGradients(batch);
        Network.UserTop.Backward(UserHidden, UserTop, _userTopGradient, _userHiddenGradient, batch.Count);
        Network.Interests.Backward(UserHidden, Interests, _interestsGradient, _otherHiddenGradient, batch.Count);
        TensorPrimitives.Add(_userHiddenGradient, _otherHiddenGradient, _userHiddenGradient);
        Network.User.Backward(UserInput, UserHidden, _userHiddenGradient, _userInputGradient, batch.Count);
        int pooled = Network.Shape.PooledWidth;
        for (int r = 0; r < batch.Count; r++)
        {
            _userInputGradient.AsSpan(r * Network.UserInputs, pooled).CopyTo(_pooledGradient.AsSpan(r * pooled));
        }

        Network.Pool.Backward(HistoryValues[^1], Attention, _pooledGradient, _historyGradient[^1], batch.Count);
        for (int l = Network.History.Count - 1; l >= 0; l--)
        {
            Network.History[l].Backward(HistoryValues[l], HistoryValues[l + 1], _historyGradient[l + 1], _historyGradient[l], batch.Count * Length);
        }
    }

    /// <summary>Backpropagates through the products of interests and items, to the interests and to the items' embeddings.</summary>
    private void ItemGradients(IReadOnlyList<ClickRequest> batch)
    {
        NetworkShape shape = Network.Shape;
        int width = shape.ClickWidth;
        int dots = width + ClickWorld.ItemNumbers;
        Array.Clear(_interestsGradient);
        for (int r = 0; r < batch.Count; r++)
        {
            int start = r * shape.Interests * width;
            for (int c = 0; c < Candidates; c++)
            {
                ReadOnlySpan<float> embedding = ItemInput.AsSpan((r * Candidates + c) * Network.ItemInputs, width);
                Span<float> row = _itemInputGradient.AsSpan((r * Candidates + c) * Network.ItemInputs, Network.ItemInputs);
                Span<float> item = row[..width];
                ReadOnlySpan<float> product = row[(dots + shape.Interests)..];
                for (int i = 0; i < shape.Interests; i++)
                {
                    float g = RankNetwork.DotScale * row[dots + i];
                    Span<float> interest = _interestsGradient.AsSpan(start + i * width, width);
                    TensorPrimitives.MultiplyAdd(embedding, g, interest, interest);
                    TensorPrimitives.MultiplyAdd(Interests.AsSpan(start + i * width, width), g, item, item);
                }

                if (shape.Product)
                {
                    Span<float> first = _interestsGradient.AsSpan(start, width);
                    TensorPrimitives.MultiplyAdd(product, embedding, first, first);
                    TensorPrimitives.MultiplyAdd(product, Interests.AsSpan(start, width), item, item);
                }
            }
        }
    }

    private void StepTables(IReadOnlyList<ClickRequest> batch, float rate)
    {
        NetworkShape shape = Network.Shape;
        for (int r = 0; r < batch.Count; r++)
        {
            ClickRequest request = batch[r];
            for (int c = 0; c < Candidates; c++)
            {
                ReadOnlySpan<float> row = _itemInputGradient.AsSpan((r * Candidates + c) * Network.ItemInputs, Network.ItemInputs);
                Network.Items.Step(request.Items[c], row[..shape.ItemWidth], rate);
                Network.Categories.Step(Network.ItemCategory[request.Items[c]], row.Slice(shape.ItemWidth, shape.CategoryWidth), rate);
            }

            for (int j = 0; j < Length; j++)
            {
                ReadOnlySpan<float> row = _historyGradient[0].AsSpan((r * Length + j) * shape.ClickWidth, shape.ClickWidth);
                Network.Items.Step(request.History[j], row[..shape.ItemWidth], rate);
                Network.Categories.Step(Network.ItemCategory[request.History[j]], row[shape.ItemWidth..], rate);
            }

            ReadOnlySpan<float> user = _userInputGradient.AsSpan(r * Network.UserInputs + shape.PooledWidth, Network.UserInputs - shape.PooledWidth);
            Network.UserIds?.Step(request.User, user[..shape.UserIdWidth], rate);
            for (int i = 0; i < 3; i++)
            {
                Network.Small[i].Step(request.UserCategories[i], user.Slice(shape.UserIdWidth + i * shape.SmallWidth, shape.SmallWidth), rate);
            }

            for (int i = 0; i < 2; i++)
            {
                Network.Small[3 + i].Step(request.Context[i], _contextGradient.AsSpan((r * 2 + i) * shape.SmallWidth, shape.SmallWidth), rate);
            }
        }
    }
}
