namespace Inference.Browser.Host;

/// <summary>A sound for the microphone: four seconds of soft noise, in which there are a tone and four claps.</summary>
internal static class TestSound
{
    private const int Rate = 48000;

    /// <summary>Writes it as a WAV file, 16 bits, one channel.</summary>
    public static void Write(string file)
    {
        var random = new Random(1);
        using var to = new BinaryWriter(File.Create(file));
        int bytes = 4 * Rate * 2;
        to.Write("RIFF"u8);
        to.Write(36 + bytes);
        to.Write("WAVEfmt "u8);
        to.Write(16);
        to.Write((short)1);
        to.Write((short)1);
        to.Write(Rate);
        to.Write(Rate * 2);
        to.Write((short)2);
        to.Write((short)16);
        to.Write("data"u8);
        to.Write(bytes);
        for (int i = 0; i < 4 * Rate; i++)
        {
            double time = (double)i / Rate;
            double noise = (2 * random.NextDouble()) - 1;
            double sound = 0.002 * noise;
            if (time is > 1 and < 2)
            {
                sound += 0.2 * Math.Sin(2 * Math.PI * 1500 * time);
            }
            else if (time > 2.4)
            {
                sound += 0.5 * noise * Math.Exp(-((time - 2.4) % 0.4) / 0.012);
            }

            to.Write((short)(sound * short.MaxValue));
        }
    }
}
