namespace OptimizeAndServe.Training;

/// <summary>The widths of a network that ranks items for a user.</summary>
/// <param name="ItemWidth">Of an item's embedding.</param>
/// <param name="CategoryWidth">Of a category's embedding.</param>
/// <param name="History">Layers over each click of the history; none: its embeddings are pooled as they are.</param>
/// <param name="UserIdWidth">Of the embedding of the user's id; 0: the id is not used.</param>
/// <param name="SmallWidth">Of the embeddings of country, age, segment, device and hour.</param>
/// <param name="UserHidden">Of the layer over all that is known of the user.</param>
/// <param name="Interests">Vectors of the user's that are multiplied with the item's.</param>
/// <param name="Product">Whether the first interest and the item are also multiplied element by element.</param>
/// <param name="Top">Hidden layers over user and item.</param>
internal sealed record NetworkShape(
    int ItemWidth, int CategoryWidth, int[] History, int UserIdWidth, int SmallWidth, int UserHidden, int Interests, bool Product, int[] Top)
{
    /// <summary>The ranker: 44 million multiply-adds for 100 items, 70 % of them over the user.</summary>
    public static NetworkShape Ranker { get; } = new(64, 16, [1024, 512], 32, 8, 256, 2, true, [384, 192]);

    /// <summary>The first stage of the cascade: the same form, a hundredth of the work.</summary>
    public static NetworkShape FirstStage { get; } = new(24, 8, [], 8, 4, 64, 2, false, [64]);

    /// <summary>Item and category, as the history has them.</summary>
    public int ClickWidth => ItemWidth + CategoryWidth;

    /// <summary>Of the element-wise product.</summary>
    public int ProductWidth => Product ? ClickWidth : 0;

    /// <summary>Width of the pooled history.</summary>
    public int PooledWidth => History.Length > 0 ? History[^1] : ClickWidth;
}
