// Creates recommender.onnx and films.txt from a seed: dotnet run -c Release --project samples/01.Quickstart/train
// A synthetic world of films and users determines who likes what; a network of two embeddings and an MLP learns it by stochastic gradient descent.
using System.Globalization;
using Quickstart.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..");
var world = new World(seed: 20);
var network = new Network(World.Users, World.Films, seed: 21);
(int User, int Film, bool Likes)[] ratings = world.Ratings(perUser: 80, seed: 22);
(int User, int Film, bool Likes)[] held = world.Ratings(perUser: 20, seed: 23);
var order = new Random(24);
for (int epoch = 0; epoch < 16; epoch++)
{
    order.Shuffle(ratings);
    double loss = 0;
    foreach ((int user, int film, bool likes) in ratings)
    {
        loss += network.Step(user, film, likes ? 1f : 0f, rate: 0.05f / (1 + epoch * 0.05f));
    }

    Console.WriteLine($"epoch {epoch,2}: loss {loss / ratings.Length:F4}, AUC on ratings held back {Auc(network, held):F4}");
}

File.WriteAllLines(Path.Combine(folder, "films.txt"), world.Titles);
string description = string.Create(CultureInfo.InvariantCulture,
    $"a film recommender, embeddings of {World.Users} users and {World.Films} films and an MLP {2 * Network.Width}-{Network.Hidden1}-{Network.Hidden2}-1, trained by samples/01.Quickstart/train on made-up ratings (AUC {Auc(network, held):F3})");
ModelExport.Save(network, Path.Combine(folder, "recommender.onnx"), description);
return 0;

// The share of pairs (liked, not liked) in which the liked one scores higher.
static double Auc(Network network, (int User, int Film, bool Likes)[] ratings)
{
    float[] liked = [.. ratings.Where(r => r.Likes).Select(r => network.Score(r.User, r.Film))];
    float[] disliked = [.. ratings.Where(r => !r.Likes).Select(r => network.Score(r.User, r.Film))];
    Array.Sort(disliked);
    double wins = liked.Sum(score => (double)CountBelow(disliked, score));
    return wins / ((double)liked.Length * disliked.Length);
}

static int CountBelow(float[] sorted, float value)
{
    int index = Array.BinarySearch(sorted, value);
    return index < 0 ? ~index : index;
}
