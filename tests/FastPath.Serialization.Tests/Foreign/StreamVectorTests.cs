using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Foreign;
using FastPath.Serialization.Hashing;
using FastPath.Serialization.Operations;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Foreign;

/// <summary>A stream as the foreign wire sends it: plaintexts. The packets are tested where the ciphers are.</summary>
[Trait("Category", "Vectors")]
public sealed class StreamVectorTests
{
    [Fact]
    public void Streams_are_cut_into_the_plaintexts_of_the_vectors()
    {
        foreach (JsonElement vector in VectorFile.Read("streams.json", "streams"))
        {
            byte[] stream = vector.Hex("stream");
            byte[]? metadata = Metadata(vector);
            var plan = new FragmentPlan(stream.Length, metadata?.Length);
            JsonElement[] fragments = [.. vector.GetProperty("fragments").EnumerateArray()];
            Assert.Equal(fragments.Length, plan.Count);
            foreach (JsonElement fragment in fragments)
            {
                uint number = fragment.GetProperty("fragment_number").GetUInt32();
                Assert.Equal(fragment.GetProperty("stream_offset").GetInt64(), plan.OffsetOf(number));
                Assert.Equal(fragment.GetProperty("payload_len").GetInt32(), plan.LengthOf(number));
                var payload = new SymmetricPayload.StreamFragment(
                    vector.GetProperty("stream_id").GetUInt32(),
                    (ulong)stream.Length,
                    number,
                    new MemoryBody(stream.AsMemory((int)plan.OffsetOf(number), plan.LengthOf(number))),
                    number == 1 && metadata is not null ? new MemoryBody(metadata) : null);
                var message = new SymmetricMessage(fragment.GetProperty("packet_id").GetUInt32(), [], payload);
                Assert.Equal(fragment.Hex("plaintext"), Bytes(message.StartSerialize()));
            }
        }
    }

    [Fact]
    public void Plaintexts_join_into_the_stream_and_its_announcement()
    {
        foreach (JsonElement vector in VectorFile.Read("streams.json", "streams"))
        {
            var stream = new MemoryStream();
            byte[]? metadata = null;
            foreach (JsonElement fragment in vector.GetProperty("fragments").EnumerateArray())
            {
                Assert.True(BincodeReader.TryRead<SymmetricMessage>(
                    fragment.Hex("plaintext"), out SymmetricMessage? message, out _, out _, strict: true));
                var piece = Assert.IsType<SymmetricPayload.StreamFragment>(message.Payload);
                Assert.Equal(vector.GetProperty("stream_len").GetUInt64(), piece.TotalLength);
                stream.Write(Bytes(piece.Payload));
                metadata ??= piece.Metadata is null ? null : Bytes(piece.Metadata);
            }

            byte[] digest = new byte[Blake3Hasher.DigestBytes];
            Blake3Hasher.Hash(stream.ToArray(), digest);
            Assert.Equal(vector.Hex("stream_blake3"), digest);
            Assert.True(BincodeReader.TryRead<GetStreamingPayload>(
                stream.ToArray(), out GetStreamingPayload? payload, out _, out _, strict: true));
            Assert.Equal(Metadata(vector), metadata);
            if (metadata is not null)
            {
                Assert.True(BincodeReader.TryRead<NetMessage>(
                    metadata, out NetMessage? announced, out _, out _, strict: true));
                var get = Assert.IsType<GetMsg.ResponseStreaming>(Assert.IsType<NetMessage.Get>(announced).Message);
                Assert.Equal(payload.Key, get.Key);
                Assert.Equal((ulong)stream.Length, get.TotalSize);
                Assert.Equal(vector.GetProperty("stream_id").GetUInt32(), get.StreamId);
            }
        }
    }

    private static byte[]? Metadata(JsonElement vector) =>
        vector.GetProperty("metadata").ValueKind == JsonValueKind.Null ? null : vector.Hex("metadata");

    private static byte[] Bytes(IBody body)
    {
        byte[] bytes = new byte[body.Length];
        body.Read(0, bytes);
        return bytes;
    }
}
