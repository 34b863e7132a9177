namespace Quickstart.Training;

/// <summary>Synthetic films with genres, users with tastes, and their preferences; equal seeds give equal worlds.</summary>
internal sealed class World
{
    public const int Users = 400;
    public const int Films = 240;
    private static readonly string[] s_genres = ["Comedy", "Drama", "Thriller", "Romance", "Sci-Fi", "Documentary", "Western", "Musical"];
    private static readonly string[] s_firsts =
    [
        "The Quiet", "A Distant", "Beyond the", "The Last", "Midnight", "Under a", "The Glass", "Seven Days of", "An Honest", "The Paper", "Return of the", "Almost a", "The Winter", "Letters from the", "The Other",
    ];
    private static readonly string[] s_seconds =
    [
        "Harbour", "Orchard", "Signal", "Stranger", "Garden", "Railway", "Lighthouse", "Promise", "Country", "Machine", "Summer", "Waltz", "Frontier", "Neighbour", "Archive", "Tide",
    ];
    private readonly double[][] _taste;
    private readonly int[] _genre;
    private readonly double[] _quality;

    public World(int seed)
    {
        var random = new Random(seed);
        string[] names = [.. s_firsts.SelectMany(first => s_seconds.Select(second => $"{first} {second}"))];
        random.Shuffle(names);
        _genre = [.. Enumerable.Range(0, Films).Select(_ => random.Next(s_genres.Length))];
        _quality = [.. Enumerable.Range(0, Films).Select(_ => 0.8 * Normal(random))];
        _taste = [.. Enumerable.Range(0, Users).Select(_ => s_genres.Select(_ => 2.4 * Normal(random) - 0.3).ToArray())];
        Titles = [.. Enumerable.Range(0, Films).Select(i => $"{names[i]}\t{s_genres[_genre[i]]}")];
    }

    /// <summary>The title and genre of each film, separated by a tab.</summary>
    public string[] Titles { get; }

    /// <summary>Ratings of films drawn at random: a user likes a film with probability σ(taste for its genre + its quality).</summary>
    public (int User, int Film, bool Likes)[] Ratings(int perUser, int seed)
    {
        var random = new Random(seed);
        var ratings = new List<(int, int, bool)>(Users * perUser);
        for (int user = 0; user < Users; user++)
        {
            for (int i = 0; i < perUser; i++)
            {
                int film = random.Next(Films);
                double likes = 1 / (1 + Math.Exp(-_taste[user][_genre[film]] - _quality[film]));
                ratings.Add((user, film, random.NextDouble() < likes));
            }
        }

        return [.. ratings];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
