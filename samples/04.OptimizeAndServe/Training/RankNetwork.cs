using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>
/// The parameters of a network that ranks items for a user.
/// User: each click [item; category] → MLP → attention pooling → [pooled; id; country; age; segment; numbers] → hidden → interests U and a part of the top layer's sum.
/// Item: e = [item; category]; [e; numbers; U·e; U₀ ∘ e] → top layers → logit; device and hour add to the top layer's sum.
/// </summary>
internal sealed class RankNetwork
{
    /// <summary>Keeps products of embeddings in the range of the other features.</summary>
    public const float DotScale = 0.25f;

    public RankNetwork(NetworkShape shape, ClickWorld world, int seed)
    {
        Shape = shape;
        ItemCategory = world.ItemSet.Category;
        Random random = Seeds.For(seed, 50, 0);
        Items = new EmbeddingTable(ClickWorld.Items, shape.ItemWidth, 0.15f, random);
        Categories = new EmbeddingTable(ClickWorld.Categories, shape.CategoryWidth, 0.3f, random);
        UserIds = shape.UserIdWidth > 0 ? new EmbeddingTable(ClickWorld.Users, shape.UserIdWidth, 0.05f, random) : null;
        Small =
        [
            new EmbeddingTable(ClickWorld.Countries, shape.SmallWidth, 0.1f, random),
            new EmbeddingTable(ClickWorld.Ages, shape.SmallWidth, 0.1f, random),
            new EmbeddingTable(ClickWorld.Segments, shape.SmallWidth, 0.3f, random),
            new EmbeddingTable(ClickWorld.Devices, shape.SmallWidth, 0.3f, random),
            new EmbeddingTable(ClickWorld.Hours, shape.SmallWidth, 0.3f, random),
        ];
        int width = shape.ClickWidth;
        foreach (int next in shape.History)
        {
            History.Add(new DenseLayer(width, next, relu: true, random));
            width = next;
        }

        Pool = new AttentionPool(shape.PooledWidth, random);
        UserInputs = shape.PooledWidth + shape.UserIdWidth + 3 * shape.SmallWidth + ClickWorld.UserNumbers;
        User = new DenseLayer(UserInputs, shape.UserHidden, relu: true, random);
        Interests = new DenseLayer(shape.UserHidden, shape.Interests * shape.ClickWidth, relu: false, random);
        UserTop = new DenseLayer(shape.UserHidden, shape.Top[0], relu: false, random);
        ContextTop = new DenseLayer(2 * shape.SmallWidth, shape.Top[0], relu: false, random);
        ItemInputs = shape.ClickWidth + ClickWorld.ItemNumbers + shape.Interests + shape.ProductWidth;
        ItemTop = new DenseLayer(ItemInputs, shape.Top[0], relu: false, random);
        for (int i = 1; i < shape.Top.Length; i++)
        {
            Top.Add(new DenseLayer(shape.Top[i - 1], shape.Top[i], relu: true, random));
        }

        Top.Add(new DenseLayer(shape.Top[^1], 1, relu: false, random));
    }

    public NetworkShape Shape { get; }

    public long[] ItemCategory { get; }

    public EmbeddingTable Items { get; }

    public EmbeddingTable Categories { get; }

    public EmbeddingTable? UserIds { get; }

    /// <summary>Country, age, segment, device, hour.</summary>
    public EmbeddingTable[] Small { get; }

    public List<DenseLayer> History { get; } = [];

    public AttentionPool Pool { get; }

    public int UserInputs { get; }

    public DenseLayer User { get; }

    public DenseLayer Interests { get; }

    public DenseLayer UserTop { get; }

    public DenseLayer ContextTop { get; }

    public int ItemInputs { get; }

    public DenseLayer ItemTop { get; }

    /// <summary>The layers after the first of the top, the last of which gives the logit.</summary>
    public List<DenseLayer> Top { get; } = [];

    public IEnumerable<DenseLayer> Layers => [.. History, User, Interests, UserTop, ContextTop, ItemTop, .. Top];
}
