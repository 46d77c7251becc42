using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Serialization.Tests.Contracts;
using FsCheck.Xunit;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Serialization.Tests.Bincode;

public sealed class StreamingSerializerTests
{
    [Property]
    public void Any_cut_of_the_output_gives_the_same_bytes(
        byte[] code, byte[] parameters, byte[][] related, byte[] state, byte[] cuts)
    {
        PutStreamingPayload value = Samples.Put(code, parameters, related, state);
        byte[] whole = Samples.AllAtOnce(value);
        StreamingSerializer serializer = value.StartSerialize();
        byte[] pieces = new byte[whole.Length];
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in Samples.Cut(whole, cuts))
        {
            Assert.Equal(piece.Length, serializer.Read(pieces.AsSpan(at, piece.Length)));
            at += piece.Length;
            Assert.Equal(at, serializer.Position);
        }

        Assert.Equal(whole, pieces);
        Assert.Equal(0, serializer.Read(new byte[10]));
    }

    [Property]
    public void Any_range_can_be_read_again(byte[] code, byte[] parameters, byte[] state, uint from, uint count)
    {
        GetStreamingPayload value = Samples.Get(code, parameters, state, 3);
        byte[] whole = Samples.AllAtOnce(value);
        int start = (int)(from % (uint)(whole.Length + 1));
        int length = (int)(count % (uint)(whole.Length - start + 1));
        StreamingSerializer serializer = value.StartSerialize();

        byte[] range = new byte[length];
        serializer.Read(start, range);
        Assert.Equal(whole.AsSpan(start, length).ToArray(), range);
        Assert.Equal(0, serializer.Position);

        serializer.Position = start;
        byte[] rest = new byte[whole.Length];
        Assert.Equal(whole.Length - start, serializer.Read(rest));
        Assert.Equal(whole[start..], rest[..(whole.Length - start)]);
    }

    [Fact]
    public void A_range_outside_the_value_is_refused()
    {
        StreamingSerializer serializer = new WrappedState(Samples.Body([1, 2, 3])).StartSerialize();
        Assert.Equal(11, serializer.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => serializer.Position = 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => serializer.Position = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => serializer.Read(10, new byte[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => serializer.Read(-1, new byte[2]));
    }

    [Fact]
    public void A_body_in_a_file_is_read_only_when_its_bytes_are_written()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [9, 1, 2, 3, 9]);
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            StreamingSerializer serializer = new WrappedState(new FileBody(file, 1, 3)).StartSerialize();
            RandomAccess.Write(file, [4, 5, 6], 1);
            byte[] bytes = new byte[11];
            Assert.Equal(11, serializer.Read(bytes));
            Assert.Equal([3, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6], bytes);

            RandomAccess.SetLength(file, 2);
            Assert.Throws<EndOfStreamException>(() => serializer.Read(8, new byte[3]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Writing_allocates_nothing_after_the_start()
    {
        PutStreamingPayload value = Samples.Put(new byte[100_000], [1], [[1], [2]], new byte[50_000]);
        StreamingSerializer serializer = value.StartSerialize();
        byte[] fragment = new byte[1_130];
        serializer.Read(fragment);
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (serializer.Read(fragment) > 0)
        {
        }

        serializer.Position = 7;
        serializer.Read(serializer.Length - fragment.Length, fragment);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
