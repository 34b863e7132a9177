using System.Numerics.Tensors;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>Runs a network forward over a mini-batch of requests. Buffers are kept from batch to batch.</summary>
internal class RankPass
{
    protected const int Length = ClickWorld.HistoryLength;

    public RankPass(RankNetwork network, int requests, int candidates)
    {
        Network = network;
        NetworkShape shape = network.Shape;
        Requests = requests;
        Candidates = candidates;
        HistoryValues = [new float[requests * Length * shape.ClickWidth], .. shape.History.Select(w => new float[requests * Length * w])];
        Attention = new float[requests * Length];
        Pooled = new float[requests * shape.PooledWidth];
        UserInput = new float[requests * network.UserInputs];
        UserHidden = new float[requests * shape.UserHidden];
        Interests = new float[requests * shape.Interests * shape.ClickWidth];
        UserTop = new float[requests * shape.Top[0]];
        Context = new float[requests * 2 * shape.SmallWidth];
        ContextTop = new float[requests * shape.Top[0]];
        ItemInput = new float[requests * candidates * network.ItemInputs];
        TopValues = [.. shape.Top.Select(w => new float[requests * candidates * w]), new float[requests * candidates]];
    }

    /// <summary>The number of requests in a batch.</summary>
    public int Requests { get; }

    /// <summary>The number of items per request.</summary>
    public int Candidates { get; }

    /// <summary>The scores of the last batch, [requests · candidates].</summary>
    public float[] Logits => TopValues[^1];

    protected RankNetwork Network { get; }

    protected float[][] HistoryValues { get; }

    protected float[] Attention { get; }

    protected float[] Pooled { get; }

    protected float[] UserInput { get; }

    protected float[] UserHidden { get; }

    protected float[] Interests { get; }

    protected float[] UserTop { get; }

    protected float[] Context { get; }

    protected float[] ContextTop { get; }

    protected float[] ItemInput { get; }

    protected float[][] TopValues { get; }

    public void Forward(IReadOnlyList<ClickRequest> batch)
    {
        NetworkShape shape = Network.Shape;
        for (int r = 0; r < batch.Count; r++)
        {
            for (int j = 0; j < Length; j++)
            {
                long item = batch[r].History[j];
                Span<float> row = HistoryValues[0].AsSpan((r * Length + j) * shape.ClickWidth, shape.ClickWidth);
                Network.Items.Row(item).CopyTo(row);
                Network.Categories.Row(Network.ItemCategory[item]).CopyTo(row[shape.ItemWidth..]);
            }
        }

        for (int l = 0; l < Network.History.Count; l++)
        {
            Network.History[l].Forward(HistoryValues[l], HistoryValues[l + 1], batch.Count * Length);
        }

        Network.Pool.Forward(HistoryValues[^1], Attention, Pooled, batch.Count);
        GatherUsers(batch);
        Network.User.Forward(UserInput, UserHidden, batch.Count);
        Network.Interests.Forward(UserHidden, Interests, batch.Count);
        Network.UserTop.Forward(UserHidden, UserTop, batch.Count);
        Network.ContextTop.Forward(Context, ContextTop, batch.Count);
        GatherItems(batch);
        int rows = batch.Count * Candidates;
        Network.ItemTop.Forward(ItemInput, TopValues[0], rows);
        int width = shape.Top[0];
        for (int row = 0; row < rows; row++)
        {
            int r = row / Candidates;
            Span<float> sum = TopValues[0].AsSpan(row * width, width);
            TensorPrimitives.Add(sum, UserTop.AsSpan(r * width, width), sum);
            TensorPrimitives.Add(sum, ContextTop.AsSpan(r * width, width), sum);
            TensorPrimitives.Max(sum, 0f, sum);
        }

        for (int l = 0; l < Network.Top.Count; l++)
        {
            Network.Top[l].Forward(TopValues[l], TopValues[l + 1], rows);
        }
    }

    private void GatherUsers(IReadOnlyList<ClickRequest> batch)
    {
        NetworkShape shape = Network.Shape;
        for (int r = 0; r < batch.Count; r++)
        {
            ClickRequest request = batch[r];
            Span<float> row = UserInput.AsSpan(r * Network.UserInputs, Network.UserInputs);
            Pooled.AsSpan(r * shape.PooledWidth, shape.PooledWidth).CopyTo(row);
            row = row[shape.PooledWidth..];
            Network.UserIds?.Row(request.User).CopyTo(row);
            row = row[shape.UserIdWidth..];
            for (int i = 0; i < 3; i++)
            {
                Network.Small[i].Row(request.UserCategories[i]).CopyTo(row[(i * shape.SmallWidth)..]);
            }

            request.UserNumbers.CopyTo(row[(3 * shape.SmallWidth)..]);
            for (int i = 0; i < 2; i++)
            {
                Network.Small[3 + i].Row(request.Context[i]).CopyTo(Context.AsSpan((r * 2 + i) * shape.SmallWidth));
            }
        }
    }

    private void GatherItems(IReadOnlyList<ClickRequest> batch)
    {
        NetworkShape shape = Network.Shape;
        int width = shape.ClickWidth;
        for (int r = 0; r < batch.Count; r++)
        {
            ReadOnlySpan<float> interests = Interests.AsSpan(r * shape.Interests * width, shape.Interests * width);
            for (int c = 0; c < Candidates; c++)
            {
                long item = batch[r].Items[c];
                Span<float> row = ItemInput.AsSpan((r * Candidates + c) * Network.ItemInputs, Network.ItemInputs);
                Network.Items.Row(item).CopyTo(row);
                Network.Categories.Row(Network.ItemCategory[item]).CopyTo(row[shape.ItemWidth..]);
                ReadOnlySpan<float> embedding = row[..width];
                row = row[width..];
                batch[r].Numbers.AsSpan(c * ClickWorld.ItemNumbers, ClickWorld.ItemNumbers).CopyTo(row);
                row = row[ClickWorld.ItemNumbers..];
                for (int i = 0; i < shape.Interests; i++)
                {
                    row[i] = RankNetwork.DotScale * TensorPrimitives.Dot(interests.Slice(i * width, width), embedding);
                }

                if (shape.Product)
                {
                    TensorPrimitives.Multiply(interests[..width], embedding, row[shape.Interests..]);
                }
            }
        }
    }
}
