// The parts of run.sh that are programs of one's own: the trainer and the service.
using System.Globalization;
using Pipeline;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["train", string folder, string seed]:
        Trainer.Train(folder, int.Parse(seed, CultureInfo.InvariantCulture));
        break;
    case ["serve", string repository, string publicKey]:
        await Service.RunAsync(repository, publicKey);
        break;
    default:
        Console.Error.WriteLine("usage: train FOLDER SEED | serve REPOSITORY/NAME PUBLIC_KEY");
        return 64;
}

return 0;
